"""Report the result of `svcgen add resource` as text and as JSON."""

from typing import Any

from svcgen.cli.messages import error
from svcgen.cli.screen import Screen
from svcgen.resource.change.added import Added
from svcgen.resource.spec import listed
from svcgen.text import change_directory, counted


def added_object(result: Added) -> dict[str, Any]:
    """Return the JSON object of added resources, or of a dry run."""
    return {
        "ok": result.complete,
        "exit_code": 0 if result.complete else 1,
        "path": str(result.request.service),
        "resources": [
            {"name": resource.name, "plural": resource.plural, "words": list(resource.words)}
            for resource in result.request.resources
        ],
        "added": [file.as_posix() for file in result.added],
        "edited": [file.as_posix() for file in result.edited],
        "notes": list(result.notes),
        "undo": "" if result.request.dry_run else result.undo,
        "diff": result.diff if result.request.dry_run else "",
        "steps": [step.as_json() for step in result.steps],
    }


def show_added(screen: Screen, result: Added) -> None:
    """Print the added resources and the next steps; for a dry run, the diff and a summary.

    Args:
        screen: The screen to print on.
        result: The result.
    """
    names = listed([resource.name for resource in result.request.resources])
    files = f"{counted(len(result.added), 'new file')}, {len(result.edited)} edited"
    if result.request.dry_run:
        screen.diff(result.diff)
    else:
        screen.headline(f"Added {names} to {result.request.service}: {files}")
    for heading, paths in (("New:", result.added), ("Edited:", result.edited)):
        if paths:
            screen.block(heading, [path.as_posix() for path in paths])
    screen.line()
    for note in _notes(result):
        screen.say(f"note: {note}")
    for step in result.steps:
        if step.outcome == "failed":
            error(f"{step.name}: {step.reason}", f"the files are in the service; look at them with: {step.command}")
    if result.request.dry_run:
        screen.say(f"Dry run: would add {names} to {result.request.service}: {files}", "bold")
        return
    # Also in a pipe, where nothing else says how to undo it.
    if screen.width is None:
        undo = " && ".join([*change_directory(result.request.service), result.undo])
        screen.line(f"To undo it before you commit: {undo}")
    screen.panel("Next steps", _next_steps(result))


def _notes(result: Added) -> list[str]:
    notes = list(result.notes)
    if not result.request.migration:
        notes.append(f'there is no migration yet; create it: uv run scripts/makemigration.py "add {_plurals(result)}"')
    if result.request.allow_dirty and not result.request.dry_run:
        notes.append("the command to undo it also stashes your own uncommitted changes to these files")
    return notes


def _next_steps(result: Added) -> list[tuple[str, list[str]]]:
    tests = " ".join(f"tests/api/test_{resource.plural}.py" for resource in result.request.resources)
    migrate = ["uv run alembic upgrade head"] if result.request.migration else []
    first = "the migration first" if migrate else "new files included"
    return [
        (
            f"Review the changes, {first}, and run the tests:",
            [*change_directory(result.request.service), "git add . && git diff --staged", f"uv run pytest {tests}"],
        ),
        ("Apply the migration to your database, and commit:" if migrate else "Commit:", [*migrate, _commit(result)]),
        ("To undo it before you commit:", [result.undo]),
    ]


def _commit(result: Added) -> str:
    return f"git commit -am 'Add {_plurals(result)}'"


def _plurals(result: Added) -> str:
    return listed([resource.plural for resource in result.request.resources])
