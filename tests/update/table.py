"""Prints version, edit, tool: PYTHONPATH=tests uv run python -m update.table.

Each edit alone, on a service of each release, then updated to the working tree: is there a conflict, and what of the
team's is lost?
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from support.helpers import git
from support.svcgen import ROOT
from svcgen.service.merging.moves import Moves
from svcgen.template.find import Template, find_template
from svcgen.template.questions import read_config
from update.edits import EDITS, MOVED_EDITS
from update.history import NEXT, RELEASES, added, make_service, run, tagged_repository

TOOLS = {
    "copier update": (sys.executable, "-m", "copier", "update", "--defaults", "--vcs-ref", NEXT),
    "svcgen update": (sys.executable, "-m", "svcgen", "update", "--quiet"),
}


def main() -> None:
    """Try everything and print."""
    table = Table("version", "edit", *(f"{tool} (s)" for tool in TOOLS))
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV"))}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        repository, current = tagged_repository(scratch / "svcgen", environ), find_template(None)
        for release in RELEASES:
            rows(table, release, repository, current, scratch / release, environ)
    Console(width=120).print(table)


def rows(
    table: Table, release: str, repository: Path, current: Template, scratch: Path, environ: Mapping[str, str]
) -> None:
    """Add a row for each edit of a service of one release."""
    scratch.mkdir()
    untouched = make_service(release, repository, current, scratch / "untouched", environ)
    for edit in (*EDITS, *MOVED_EDITS):
        outcomes = []
        for tool in TOOLS.values():
            service = scratch / "service"
            shutil.copytree(untouched, service)
            outcomes.append(outcome(service, edit, tool, environ))
            shutil.rmtree(service)
        table.add_row(release, edit.__name__.replace("_", " "), *outcomes)


def outcome(service: Path, edit: Callable[[Path], None], tool: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """Apply an edit, update, and say what came of it."""
    edit(service)
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "--allow-empty", "--message", "Edit", environ=environ)
    started = perf_counter()
    result = run(*tool, cwd=service, environ=environ)
    seconds = perf_counter() - started
    moves = Moves({old: new for old, new in read_config(ROOT).moved.items() if git(service, "ls-tree", "main", old)})
    places = [(moves.files.get(file, file), line) for file, line in added(service, "main~1", "main")]
    lost = [line for file, line in places if not has(service / file, line, moves.rewrite(file, line))]
    conflicts = git(service, "ls-files", "--unmerged")
    words = [*(["conflict"] if conflicts else []), *([f"{len(lost)} lines lost"] if lost else [])]
    if result.returncode and not conflicts:
        words.append(f"exit {result.returncode}")
    return f"{', '.join(words) or 'kept'} ({seconds:.1f})"


def has(file: Path, *forms: str) -> bool:
    """Tell whether a line is still in a file, wherever and in one of its forms."""
    return file.is_file() and any(form in file.read_text(encoding="utf-8").splitlines() for form in forms)


if __name__ == "__main__":
    main()
