"""Check the rules of migrations that need no database: uv run scripts/check_migrations.py.

The history has one head. No migration of the main branch is edited, renamed or deleted. The SQL of a new migration is safe on
a live table. Each breach is printed as path:line: message.
"""

import argparse
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from glob import escape
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.check import ENVIRONMENT, ROOT, found_by

VERSIONS = Path("alembic", "versions")
RULE = "Migrations via Alembic auto-generate + manual review. Never edit applied migrations."
MAIN_BRANCHES = ("HEAD", "main", "master")


class UnansweredError(Exception):
    """Git can't determine what is on the main branch; the message says how to fix it."""


def git(*arguments: str) -> str:
    """Return what git prints: an empty string if the commit does not exist."""
    command = ["git", *arguments]
    try:
        result = subprocess.run(
            command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError as error:
        raise UnansweredError(f"git can't be started: {error.strerror}") from error
    if result.returncode and (result.returncode != 1 or result.stderr):
        raise UnansweredError(f"{' '.join(command[:2])}: {' '.join(result.stderr.split())}")
    return result.stdout.strip()


def commit(revision: str) -> str:
    return git("rev-parse", "--verify", "--quiet", f"{revision}^0")


def main_branch() -> str:
    """Return the main branch: the one in alembic.ini, else the default of the remote, else main or master."""
    branches = git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes").split()
    named = Config(ROOT / "alembic.ini").get_main_option("main_branch")
    remotes = sorted(git("remote").split(), key=lambda remote: remote != "origin")
    folders = (*(f"refs/remotes/{remote}" for remote in remotes), "refs/heads", "refs/remotes")
    wanted = [f"{folder}/{name}" for folder in folders for name in ([named] if named else MAIN_BRANCHES)]
    if not named and len(branches) == 1:  # a new repository, where nothing has been pushed
        wanted += [branch for branch in branches if branch.startswith("refs/heads/")]
    if found := next((branch for branch in wanted if branch in branches), None):
        return found
    raise UnansweredError(
        f"there is no branch {named}, which alembic.ini names as main_branch"
        if named
        else "no branch is known as the main one. Set main_branch in alembic.ini, or run: git remote set-head origin --auto"
    )


def common_commit() -> str | None:
    """Return the commit where this branch left the main one: HEAD on the main branch, None before the first commit."""
    in_repository = any((folder / ".git").exists() for folder in (ROOT, *ROOT.parents))
    if not in_repository or not commit("HEAD"):
        return None
    branch = main_branch()
    if found := git("merge-base", "HEAD", branch):
        return found
    raise UnansweredError(f"HEAD and {branch} have no commit in common. In a shallow clone: git fetch --unshallow")


def applied_commit(base: str) -> str | None:
    """Return the commit whose migrations may be applied. On the main branch that is HEAD^: CI sees a merge as HEAD."""
    if base != commit("HEAD"):
        return base
    parent = commit("HEAD^")
    if parent or git("rev-parse", "--is-shallow-repository") == "false":
        return parent or None
    if ENVIRONMENT.get("CI"):
        raise UnansweredError("this shallow clone lacks the commit before HEAD. Run: git fetch --unshallow")
    return base


def at(commit: str) -> set[str]:
    """Return the file names of the migrations in a commit."""
    return {Path(path).name for path in git("ls-tree", "-z", "--name-only", commit, f"./{VERSIONS}/").split("\0")}


def waived(directive: str) -> dict[str, set[str]]:
    """Return the values of ``directive`` in the comments of each migration, by file name."""
    pattern = re.compile(rf"#\s*{directive}:\s*([^#]*?)\s*#\s*\S")
    return {
        path.name: set(pattern.findall(path.read_text(encoding="utf-8"))) for path in (ROOT / VERSIONS).glob("*.py")
    }


def changed(base: str, applied: str | None) -> Iterator[str]:
    """Yield the migrations changed since this branch left the main one, or in the last commit of the main branch."""
    permitted = set().union(*waived("applied-migration").values())
    for commits in [[base], *([[applied, "HEAD"]] if applied and applied != base else [])]:
        diff = ("diff", "-z", "--name-only", "--no-renames", "--diff-filter=a", "--relative", *commits)
        for path in git(*diff, "--", f"{VERSIONS}/*.py").split("\0"):
            if path and Path(path).name not in permitted:
                yield f"{path}:1: {RULE} Restore it (git checkout {commits[0][:10]} -- {path}) and write a new one."


def branched(scripts: ScriptDirectory) -> Iterator[str]:
    if len(heads := scripts.get_heads()) > 1:
        yield f"{VERSIONS}:1: {RULE} There are {len(heads)} heads: uv run alembic merge -m merge {' '.join(heads)}"


def sql_of(script: Script) -> str:
    """Return the SQL of its upgrade, up to the first statement that queries the database."""
    printed = io.StringIO()
    config = Config(ROOT / "alembic.ini", output_buffer=printed)
    try:
        command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
    except Exception as error:  # noqa: BLE001  # a query without a database can raise anything
        print(f"{script.path}: not all of its SQL can be checked without a database: {error}", file=sys.stderr)
    # The text before it creates Alembic's own table.
    return re.sub(r"\A.*?^-- Running upgrade[^\n]*", "BEGIN;", printed.getvalue(), flags=re.DOTALL | re.MULTILINE)


def dangerous(scripts: list[Script]) -> Iterator[str]:
    ignored = waived("squawk-ignore")
    with tempfile.TemporaryDirectory() as folder:
        paths = {Path(folder, f"{script.revision}.sql"): Path(script.path) for script in scripts}
        for sql, script in zip(paths, scripts, strict=True):
            sql.write_text(sql_of(script), encoding="utf-8")
        config = ROOT / "hard-rules" / "squawk.toml"
        found = found_by("squawk", "--config", config, "--reporter", "json", *map(escape, map(str, paths)))
    for problem in found:
        path = paths[Path(problem["file"])]
        if problem["rule_name"] not in ignored[path.name]:
            why = f"{problem['rule_name']}: {problem['message']} {problem['help'] or ''}"
            yield f"{VERSIONS / path.name}:{line_of_upgrade(path)}: {RULE} {why}"


def line_of_upgrade(path: Path) -> int:
    return next(
        number
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.startswith("def upgrade")
    )


def unsound(applied: set[str]) -> Iterator[str]:
    scripts = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    try:
        yield from branched(scripts)
        # An applied migration can no longer change. A merge of two heads has no SQL.
        new = [script for script in scripts.walk_revisions() if Path(script.path).name not in applied]
        if new := [script for script in new if not script.is_merge_point]:
            yield from dangerous(new)
    except (CommandError, KeyError, SyntaxError) as error:
        yield f"{VERSIONS}:1: {RULE} Alembic can't read the history: {error}"


def main() -> int:
    findings: list[str] = []
    applied: set[str] = set()
    try:
        if base := common_commit():
            before = applied_commit(base)
            findings += changed(base, before)
            applied = at(before) if before else applied
    except UnansweredError as error:
        findings = [f"{VERSIONS}:1: {RULE} Git can't determine which migrations are applied: {error}"]
    findings += unsound(applied)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.exit(main())
