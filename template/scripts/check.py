"""Every check of the hard rules that needs neither a database nor the running app: ``uv run scripts/check.py``.

Prints ``path:line:column: message`` for each breach, then the waivers that the code has.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched, chain, pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# What a tool sees of the environment. No other variable can colour, wrap or redirect what it prints, or point git elsewhere.
PASSED_ON = re.compile(
    r"PATH|HOME|USERPROFILE|SYSTEMROOT|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|XDG_CONFIG_HOME|CI|GIT_CONFIG_\w+|GIT_DISCOVERY_\w+"
)
ENVIRONMENT = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
ENVIRONMENT |= {"COLUMNS": "10000", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
LAYERS = "Layers: api may import schemas, models, deps; models import nothing of app but db's base; schemas no ORM."
# Those of ruff's own rules that keep a hard rule; the banned names of ruff.toml say themselves which one.
RULES_OF_RUFF = {
    "ASYNC2": "No blocking call in async code.",
    "LOG": "All structured logs include request_id set in middleware.",
    "T20": "All structured logs include request_id set in middleware.",
}
WAIVER = re.compile(
    r"#\s*(?:(?:ruff:\s*)?noqa:.*\b(?:TID251|T20[13]|ASYNC2\d\d|LOG015)\b"
    r"|ast-grep-ignore\b|squawk-ignore\b|applied-migration\b).*"
)
EXPLAINED = re.compile(r"#[^#]+:[^#]+#\s*\S")
REASON = "A waiver names its rule and says why. AGENTS.md, below the hard rules, has the form of each."


def run(tool: str, *arguments: str | Path) -> str:
    """What a tool of the virtual environment prints; it fails only when it could not do its work."""
    program = sys.executable if tool.endswith(".py") else Path(sys.executable).with_name(tool)
    command = [program, tool, *arguments] if tool.endswith(".py") else [program, *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, encoding="utf-8", errors="replace", check=False
    )
    # 1 is what it found, and also how Python ends with a traceback.
    if result.returncode not in {0, 1} or (result.returncode and not result.stdout):
        sys.exit(f"{tool} failed, see above")
    return result.stdout


def found_by(tool: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """The findings of a tool that prints JSON."""
    output = run(tool, *arguments)
    try:
        findings: list[dict[str, Any]] = json.loads(output)
    except ValueError as error:
        sys.exit(f"{tool} printed something other than JSON ({error}):\n{output}")
    return findings


def ruff() -> Iterator[str]:
    # Ignored by git, perhaps only on this machine, a file is still imported. And a check must not rewrite what it reads.
    options = ("--no-fix", "--no-fix-only", "--no-respect-gitignore")
    for found in found_by("ruff", "check", "--output-format", "json", *options):
        path, place = Path(found["filename"]).relative_to(ROOT), found["location"]
        rule = next((rule for prefix, rule in RULES_OF_RUFF.items() if found["code"].startswith(prefix)), "")
        yield f"{path}:{place['row']}:{place['column']}: {rule} {found['message']} ({found['code']})"


def ast_grep() -> Iterator[str]:
    options = (f"--no-ignore={source}" for source in ("dot", "exclude", "global", "parent", "vcs"))
    for found in found_by("ast-grep", "scan", "--json", *options):
        place = found["range"]["start"]
        where = f"{found['file']}:{place['line'] + 1}:{place['column'] + 1}"
        yield f"{where}: {found['message']} {found['note']} ({found['ruleId']})"


def import_linter() -> Iterator[str]:
    output = run("lint-imports", "--no-cache", "--no-logo")
    count = re.search(r"^Contracts: \d+ kept, (\d+) broken\.$", output, flags=re.MULTILINE)
    report = output.partition("Broken contracts\n")[2]
    _, *contracts = re.split(r"^(.+)\n-+\n\n", report, flags=re.MULTILINE)
    if not count or int(count[1]) != len(contracts) // 2:
        sys.exit(f"lint-imports printed something other than its report:\n{output}")
    found: dict[str, str] = {}
    for contract, violations in batched(contracts, 2, strict=True):
        for block in re.split(r"^(?=\S+ is not allowed to import)", violations, flags=re.MULTILINE):
            for where, what in imports_in(contract, block):
                found.setdefault(where, what)
    yield from (f"{where}: {LAYERS} {what} (.importlinter)" for where, what in found.items())


def imports_in(contract: str, block: str) -> Iterator[tuple[str, str]]:
    """Where a contract is broken; where its report names no lines, the words of the report."""
    layer, _, forbidden = block.partition(":")[0].partition(" is not allowed to import ")
    imports = re.findall(rf"({re.escape(layer)}\S*) -> (\S+) \(l\.(\d+)", block) if forbidden else []
    for importer, imported, line in imports:
        way = "" if imported.startswith(forbidden) else f", and so {forbidden}"
        yield f"{file_of(importer)}:{line}:1", f"{importer} imports {imported}{way}"
    if not imports and block.strip():
        yield ".importlinter:1:1", f"{contract}: {' '.join(block.split())}"


def file_of(module: str) -> Path:
    path = Path(*module.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


def migrations() -> Iterator[str]:
    yield from run("scripts/check_migrations.py").splitlines()


def waivers() -> Iterator[tuple[str, str]]:
    """Where each waiver is, and what it says."""
    files = chain.from_iterable((ROOT / folder).rglob("*.py") for folder in ("app", "alembic", "scripts", "tests"))
    for path in sorted(files):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if waiver := WAIVER.search(line):
                yield f"{path.relative_to(ROOT)}:{number}", waiver[0]
    contracts = (ROOT / ".importlinter").read_text(encoding="utf-8").splitlines()
    for number, (above, line) in enumerate(pairwise(contracts), 2):
        if " -> " in line:
            yield (
                f".importlinter:{number}",
                f"# ignore_imports: {line.strip()}  {above.strip() if '#' in above else ''}",
            )


def main() -> int:
    checks = (ruff, ast_grep, import_linter, migrations)
    with ThreadPoolExecutor() as pool:
        findings = set(chain.from_iterable(pool.map(lambda check: list(check()), checks)))
    waived = list(waivers())
    findings |= {f"{where}:1: {REASON}" for where, waiver in waived if not EXPLAINED.search(waiver)}
    for finding in sorted(findings):
        print(finding)
    if waived:
        print("Waived:", *(f"{where}: {waiver}" for where, waiver in waived), sep="\n  ")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
