"""Prints the result of a command that would take long to run: `python -m terminal.results NAME`."""

import sys
from pathlib import Path

from svcgen.cli.report_add import show_added
from svcgen.cli.report_new import show_service
from svcgen.cli.report_update import show_update
from svcgen.cli.screen import Screen
from svcgen.commands.new import NewRequest, NewService
from svcgen.commands.update_result import Update
from svcgen.resource.change.added import Added, AddRequest
from svcgen.resource.syntax.parse import parse_lines
from svcgen.service.merging.merge_result import Conflict, Merged
from svcgen.system.steps import Started, Step
from svcgen.template.find import Template

SERVICE = Path("billing").absolute()
NO_NETWORK = "uv lock: error: Failed to fetch https://pypi.example.com/simple/fastapi/"


def new(screen: Screen) -> None:
    steps = (
        Step("render", "done", 0.71),
        Step("lock", "done", 102.34),
        Step("git", "done", 0.3),
        Step("sync", "done", 2),
    )
    _new(screen, steps)


def new_incomplete(screen: Screen) -> None:
    steps = (
        Step("render", "done", 0.71),
        Step("lock", "failed", 30, "uv lock", NO_NETWORK),
        Step("export", "pending", command="uv export -o requirements.txt", reason="needs the lock"),
        Step("git", "done", 0.3),
        Step("sync", "pending", command="uv sync", reason="needs the lock"),
        Step("resources", "pending", command="svcgen add resource invoice", reason="needs the virtual environment"),
    )
    _new(screen, steps)


def _new(screen: Screen, steps: tuple[Step, ...]) -> None:
    _take(screen, steps)
    template = Template(Path("/template"), "v0.3.0", "https://github.com/svcgen/svcgen")
    request = NewRequest(template, {"service_name": "billing"}, SERVICE)
    show_service(screen, request, NewService(SERVICE, ("a",), ("docs/runbook.md",), steps=steps))


def add(screen: Screen) -> None:
    steps = (Step("files", "done", 0.1), Step("format", "done", 0.4), Step("migration", "done", 3.2))
    _take(screen, steps)
    new_files = ("alembic/versions/2026_add_invoices.py", "app/api/invoices.py", "tests/api/test_invoices.py")
    edited = ("AGENTS.md", "app/main.py")
    request = AddRequest(SERVICE, parse_lines(["invoice due:date"]))
    note = "the column `due` has no index; create it in the migration if you list by it"
    show_added(screen, Added(request, tuple(map(Path, new_files)), tuple(map(Path, edited)), "", (note,), steps))


def update(screen: Screen) -> None:
    steps = (Step("render", "done", 1.4), Step("check", "failed", 2, "uv run scripts/check.py", "app/db.py:3: TID251"))
    _take(screen, steps)
    show_update(
        screen,
        Update(
            SERVICE,
            "v0.2.0",
            "v0.3.0",
            branch="svcgen/v0.3.0",
            undo="git switch --no-overwrite-ignore main; git branch -D svcgen/v0.3.0",
            merged=Merged(
                updated=tuple(f"tests/core/test_{number}.py" for number in range(14)),
                kept=("compose.yaml",),
                removed=(("app/old.py", "app/old.py.removed-in-v0.3.0"),),
                renamed=(("app/db_url.py", "app/core/database_url.py"),),
                left_out=("fly.toml",),
                beside=(("CLAUDE.md", "CLAUDE.md.new-in-v0.3.0"),),
                untracked=(".env",),
            ),
            answers={"region": (None, "ams"), "platform": ("railway", "fly")},
            duties=(
                "v0.3.0: Set `SHUTDOWN_SECONDS` where the platform gives less than thirty seconds to stop a container.",
            ),
            notes=("requirements.txt is exported again; your edit of it is gone: git show HEAD~1:requirements.txt",),
            steps=steps,
        ),
    )


def conflicts(screen: Screen) -> None:
    merged = Merged(conflicts=(Conflict("app/main.py", (12, 40)), Conflict("docs/logo.png", ())))
    steps = (Step("merge", "done", 0.2), Step("lock", "pending", command="uv lock", reason="the conflicts come first"))
    _take(screen, steps)
    show_update(screen, Update(SERVICE, "v0.2.0", "v0.3.0", merged=merged, steps=steps, unfinished=True))


def _take(screen: Screen, steps: tuple[Step, ...]) -> None:
    for step in steps:
        if step.outcome in {"done", "failed"}:
            screen.notify(Started(step.name))
        screen.notify(step)
    screen.close()


if __name__ == "__main__":
    {each.__name__: each for each in (new, new_incomplete, add, update, conflicts)}[sys.argv[1]](Screen())
