"""The rules of migrations that need no database: ``uv run scripts/check_migrations.py``.

They are one line of history, none that is on the main branch is edited, renamed or deleted, and the SQL of a new one is safe
on a live table. Prints ``path:line: message`` for each breach.
"""

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError

ROOT = Path(__file__).parents[1]
VERSIONS = Path("alembic", "versions")
RULE = "Migrations via Alembic auto-generate + manual review. Never edit applied migrations."
MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def git(*arguments: str) -> str | None:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else None


def common_commit() -> str | None:
    """Where this branch left the main one; on the main branch itself that is HEAD."""
    main = next((name for name in MAIN_BRANCHES if git("rev-parse", "--verify", "--quiet", name)), None)
    return git("merge-base", "HEAD", main) if main else None


def at(commit: str | None) -> set[str]:
    """Names of the migrations that a commit has."""
    listed = git("ls-tree", "--name-only", commit, f"./{VERSIONS}/") if commit else None
    return {Path(path).name for path in (listed or "").splitlines()}


def waived(directive: str) -> dict[str, set[str]]:
    """What each migration's comments say about ``directive``, by file name."""
    pattern = re.compile(rf"#\s*{directive}:\s*([^#]*?)\s*#\s*\S")
    return {path.name: set(pattern.findall(path.read_text())) for path in (ROOT / VERSIONS).glob("*.py")}


def changed(base: str) -> Iterator[str]:
    permitted = set().union(*waived("applied-migration").values())
    # On the main branch what its last commit changed counts too: that is what CI sees after a merge.
    comparisons = [[base], ["HEAD^", "HEAD"]] if base == git("rev-parse", "HEAD") else [[base]]
    for commits in comparisons:
        diff = ("diff", "--name-only", "--no-renames", "--diff-filter=a", "--relative", *commits)
        for path in (git(*diff, "--", f"{VERSIONS}/*.py") or "").splitlines():
            if Path(path).name not in permitted:
                yield f"{path}:1: {RULE} Restore it (git checkout {commits[0][:10]} -- {path}) and write a new one."


def branched(scripts: ScriptDirectory) -> Iterator[str]:
    if len(heads := scripts.get_heads()) > 1:
        yield f"{VERSIONS}:1: {RULE} There are {len(heads)} heads: uv run alembic merge -m merge {' '.join(heads)}"


def sql_of(script: Script) -> str:
    """Its upgrade as SQL, up to where it asks the database something."""
    printed = io.StringIO()
    config = Config(ROOT / "alembic.ini", output_buffer=printed)
    try:
        command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
    except Exception as error:  # noqa: BLE001  # a query without a database fails in as many ways as there are queries
        print(f"{script.path}: not all of its SQL can be checked without a database: {error}", file=sys.stderr)
    # What comes before is Alembic's own table.
    return re.sub(r"\A.*?^-- Running upgrade[^\n]*", "BEGIN;", printed.getvalue(), flags=re.DOTALL | re.MULTILINE)


def dangerous(scripts: list[Script]) -> Iterator[str]:
    ignored = waived("squawk-ignore")
    with tempfile.TemporaryDirectory() as folder:
        paths = {Path(folder, f"{script.revision}.sql"): Path(script.path) for script in scripts}
        for sql, script in zip(paths, scripts, strict=True):
            sql.write_text(sql_of(script))
        squawk = (Path(sys.executable).with_name("squawk"), "--config", ROOT / ".squawk.toml", "--reporter", "json")
        result = subprocess.run([*squawk, *paths], capture_output=True, text=True, check=False)
    for problem in json.loads(result.stdout):
        path = paths[Path(problem["file"])]
        if problem["rule_name"] not in ignored[path.name]:
            why = f"{problem['rule_name']}: {problem['message']} {problem['help'] or ''}"
            yield f"{VERSIONS / path.name}:{line_of_upgrade(path)}: {RULE} {why}"


def line_of_upgrade(path: Path) -> int:
    return next(
        number for number, line in enumerate(path.read_text().splitlines(), 1) if line.startswith("def upgrade")
    )


def unsound(applied: set[str]) -> Iterator[str]:
    scripts = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    try:
        yield from branched(scripts)
        # Of what is applied already nothing can be changed any more; a merge of two heads changes nothing.
        new = [script for script in scripts.walk_revisions() if Path(script.path).name not in applied]
        if new := [script for script in new if not script.is_merge_point]:
            yield from dangerous(new)
    except (CommandError, KeyError, SyntaxError) as error:
        yield f"{VERSIONS}:1: {RULE} Alembic can't read the history: {error}"


def main() -> int:
    base = common_commit()
    applied = git("rev-parse", "--verify", "--quiet", "HEAD^") if base == git("rev-parse", "HEAD") else base
    findings = [*(changed(base) if base else ()), *unsound(at(applied))]
    if git("rev-parse", "--is-shallow-repository") == "true":
        findings.append(
            f"{VERSIONS}:1: {RULE} A shallow clone has no main branch to compare with: git fetch --unshallow"
        )
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
