"""Every check of the hard rules that needs neither a database nor the running app: ``uv run scripts/check.py``.

Prints ``path:line:column: message`` for each breach, then the waivers that the code has.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
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


def run(tool: str, *arguments: str) -> str:
    """What a tool of the virtual environment prints; it fails only when it could not do its work."""
    program = sys.executable if tool.endswith(".py") else Path(sys.executable).with_name(tool)
    command = [program, tool, *arguments] if tool.endswith(".py") else [program, *arguments]
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    # 1 is what it found, and also how Python ends with a traceback.
    if result.returncode not in {0, 1} or (result.returncode and not result.stdout):
        sys.exit(f"{tool} failed, see above")
    return result.stdout


def ruff() -> Iterator[str]:
    for found in json.loads(run("ruff", "check", "--output-format", "json")):
        path, place = Path(found["filename"]).relative_to(ROOT), found["location"]
        rule = next((rule for prefix, rule in RULES_OF_RUFF.items() if found["code"].startswith(prefix)), "")
        yield f"{path}:{place['row']}:{place['column']}: {rule} {found['message']} ({found['code']})"


def ast_grep() -> Iterator[str]:
    for found in json.loads(run("ast-grep", "scan", "--json")):
        place = found["range"]["start"]
        where = f"{found['file']}:{place['line'] + 1}:{place['column'] + 1}"
        yield f"{where}: {found['message']} {found['note']} ({found['ruleId']})"


def import_linter() -> Iterator[str]:
    output = run("lint-imports", "--no-logo")
    if not re.search(r"\d+ broken", output):
        sys.exit(output)
    report = output.partition("Broken contracts")[2]
    found: dict[str, str] = {}
    for block in re.split(r"^(?=\S+ is not allowed to import)", report, flags=re.MULTILINE)[1:]:
        layer, forbidden = block.partition(":")[0].split(" is not allowed to import ")
        for importer, imported, line in re.findall(rf"({re.escape(layer)}\S*) -> (\S+) \(l\.(\d+)", block):
            way = "" if imported.startswith(forbidden) else f", and so {forbidden}"
            found.setdefault(f"{file_of(importer)}:{line}:1", f"{importer} imports {imported}{way} (.importlinter)")
    yield from (f"{where}: {LAYERS} {what}" for where, what in found.items())


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
