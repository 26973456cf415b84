"""Check the hard rules that need neither a database nor the running app: uv run scripts/check.py.

Each breach is printed as path:line:column: message. The waivers in the code and the number of breaches follow. The exit code
is 1 if there are breaches.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched, chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
# The tools get only these variables. Others could colour, wrap or redirect their output, or point git elsewhere.
PASSED_ON = re.compile(
    r"PATH|HOME|USERPROFILE|SYSTEMROOT|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|XDG_CONFIG_HOME|CI|GIT_CONFIG_\w+|GIT_DISCOVERY_\w+"
)
ENVIRONMENT = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
ENVIRONMENT |= {"COLUMNS": "10000", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
LAYERS = "Layers: api may import schemas, models, deps, errors; models import nothing else of app; schemas no ORM."
# The rules of ruff that enforce a hard rule; each banned name of hard-rules/ruff.toml names its own.
RULES_OF_RUFF = {
    "ASYNC2": "No blocking call in async code.",
    "LOG": "All structured logs include request_id set in middleware.",
    "T20": "All structured logs include request_id set in middleware.",
}
WAIVER = re.compile(
    r"#\s*(?:(?:ruff:\s*)?noqa:.*\b(?:TID251|T20[13]|ASYNC2\d\d|LOG015)\b"
    r"|ast-grep-ignore\b|squawk-ignore\b|applied-migration\b).*"
)
IGNORED_IMPORT = re.compile(r"[\w.*]+ -> [\w.*]+(?=[\"'])")
EXPLAINED = re.compile(r"#[^#]+:[^#]+#\s*\S")
REASON = "A waiver names its rule and says why. AGENTS.md, below the hard rules, has the form of each."


class Finding(NamedTuple):
    """A breach. Breaches are sorted by these fields when they are printed."""

    path: str
    line: int
    column: int
    message: str
    rule: str  # in the same words for every tool

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


def run(tool: str, *arguments: str | Path) -> str:
    """Return what a tool of the virtual environment prints; exit if it fails."""
    program = sys.executable if tool.endswith(".py") else Path(sys.executable).with_name(tool)
    command = [program, tool, *arguments] if tool.endswith(".py") else [program, *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    # 1 means that the tool found something. Python also exits with 1 after a traceback.
    failed = result.returncode not in {0, 1} or (result.returncode and not result.stdout)
    if failed or tool != "ast-grep":  # its stderr reports that a scan with findings "succeeded"
        sys.stderr.write(result.stderr)
    if failed:
        sys.exit(f"{tool} failed, see above")
    return result.stdout


def found_by(tool: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """Return the findings of a tool that prints JSON."""
    output = run(tool, *arguments)
    try:
        findings: list[dict[str, Any]] = json.loads(output)
    except ValueError as error:
        sys.exit(f"{tool} printed something other than JSON ({error}):\n{output}")
    return findings


def ruff() -> Iterator[Finding]:
    # A file that git ignores can still be imported. --no-fix: a check must not rewrite files, whatever the configuration says.
    options = ("--no-fix", "--no-fix-only", "--no-respect-gitignore")
    found = found_by("ruff", "check", "--output-format", "json", *options)
    # The banned names come first: their messages say how to follow the rule.
    for item in sorted(found, key=lambda item: item["code"] != "TID251"):
        path, place = Path(item["filename"]).relative_to(ROOT), item["location"]
        rule = next((rule for prefix, rule in RULES_OF_RUFF.items() if item["code"].startswith(prefix)), "")
        message = f"{rule} {item['message']} ({item['code']})".strip()
        yield Finding(str(path), place["row"], place["column"], message, rule or item["message"].partition(": ")[2])


def ast_grep() -> Iterator[Finding]:
    options = (f"--no-ignore={source}" for source in ("dot", "exclude", "global", "parent", "vcs"))
    for item in found_by("ast-grep", "scan", "--config", "hard-rules/sgconfig", "--json", *options):
        place = item["range"]["start"]
        message = f"{item['message']} {item['note']} ({item['ruleId']})"
        yield Finding(item["file"], place["line"] + 1, place["column"] + 1, message, item["message"])


def import_linter() -> Iterator[Finding]:
    output = run("lint-imports", "--no-cache", "--no-logo")
    count = re.search(r"^Contracts: \d+ kept, (\d+) broken\.$", output, flags=re.MULTILINE)
    report = output.partition("Broken contracts\n")[2]
    _, *contracts = re.split(r"^(.+)\n-+\n\n", report, flags=re.MULTILINE)
    if not count or int(count[1]) != len(contracts) // 2:
        sys.exit(f"lint-imports printed something other than its report:\n{output}")
    for contract, violations in batched(contracts, 2, strict=True):
        for block in re.split(r"^(?=\S+ is not allowed to import)", violations, flags=re.MULTILINE):
            for path, line, what in imports_in(contract, block):
                yield Finding(str(path), line, 1, f"{LAYERS} {what} (pyproject.toml)", LAYERS)


def imports_in(contract: str, block: str) -> Iterator[tuple[Path, int, str]]:
    """Yield each import that breaks a contract; if the report names no lines, yield the text of the report."""
    layer, _, forbidden = block.partition(":")[0].partition(" is not allowed to import ")
    imports = re.findall(rf"({re.escape(layer)}\S*) -> (\S+) \(l\.(\d+)", block) if forbidden else []
    for importer, imported, line in imports:
        way = "" if imported.startswith(forbidden) else f", and so {forbidden}"
        yield file_of(importer), int(line), f"{importer} imports {imported}{way}"
    if not imports and block.strip():
        yield Path("pyproject.toml"), 1, f"{contract}: {' '.join(block.split())}"


def file_of(module: str) -> Path:
    path = Path(*module.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


def migrations() -> Iterator[Finding]:
    for path, line, message in re.findall(r"^(.+?):(\d+): (.+)$", run("scripts/check_migrations.py"), re.MULTILINE):
        yield Finding(path, int(line), 1, message, message)


def once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Drop breaches that an earlier tool has already reported: the same rule on the same line."""
    seen: set[tuple[str, int, str]] = set()
    for finding in findings:
        breach = finding.path, finding.line, finding.rule.partition(". ")[0].rstrip(".") or finding.message
        if breach not in seen:
            seen.add(breach)
            yield finding


def waivers() -> Iterator[tuple[str, int, str]]:
    """Yield the path, the line and the text of each waiver."""
    files = chain.from_iterable((ROOT / folder).rglob("*.py") for folder in ("app", "alembic", "scripts", "tests"))
    for path in sorted(files):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if waiver := WAIVER.search(line):
                yield str(path.relative_to(ROOT)), number, waiver[0]
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    for number, (above, line) in enumerate(pairwise(settings), 2):
        if ignored := IGNORED_IMPORT.search(line):
            reason = above.strip() if above.lstrip().startswith("#") else ""
            yield "pyproject.toml", number, f"# ignore_imports: {ignored[0]}  {reason}"


def main() -> int:
    checks = (ast_grep, ruff, import_linter, migrations)
    with ThreadPoolExecutor() as pool:
        found = list(once(chain.from_iterable(pool.map(lambda check: list(check()), checks))))
    waived = list(waivers())
    found += [Finding(path, line, 1, REASON, REASON) for path, line, waiver in waived if not EXPLAINED.search(waiver)]
    print(*sorted(found), sep="\n", end="\n" if found else "")
    if waived:
        print("Waived:", *(f"{path}:{line}: {waiver}" for path, line, waiver in waived), sep="\n  ")
    print(f"Breaches: {len(found)}, waivers: {len(waived)}")
    return 1 if found else 0


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.exit(main())
