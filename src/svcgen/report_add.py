"""The result of `svcgen add resource`, as text and as JSON."""

from dataclasses import asdict
from typing import Any

from svcgen.resource.added import Added
from svcgen.resource.spec import listed
from svcgen.screen import Screen, error


def added_object(result: Added) -> dict[str, Any]:
    """Return the JSON object of resources that were added, or would be."""
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
        "steps": [{**asdict(step), "seconds": round(step.seconds, 3)} for step in result.steps],
    }


def show_added(screen: Screen, result: Added) -> None:
    """Show resources that were added, and what is left to do; of a dry run, the change itself."""
    request = result.request
    if request.dry_run:
        screen.line(result.diff.rstrip())
    else:
        names = listed([resource.name for resource in request.resources])
        screen.line(f"{names} added: {len(result.added)} new files, {len(result.edited)} edited")
    for note in _notes(result):
        screen.line(f"note: {note}")
    for step in result.steps:
        if step.outcome == "failed":
            error(f"{step.name}: {step.reason}", f"all of it is there, but look at it yourself: {step.command}")
    if not request.dry_run:
        screen.line(f"undo it, as long as it is not committed, with: {result.undo}")
        screen.panel(f"{_plurals(result)} are served", _next_steps(result))


def _notes(result: Added) -> list[str]:
    notes = list(result.notes)
    if not result.request.migration:
        notes.append(f'there is no migration; make it: uv run scripts/makemigration.py "add {_plurals(result)}"')
    if result.request.allow_dirty and not result.request.dry_run:
        notes.append("there may have been changes that were not committed; the command below takes those back too")
    return notes


def _next_steps(result: Added) -> list[tuple[str, list[str]]]:
    tests = " ".join(f"tests/api/test_{resource.plural}.py" for resource in result.request.resources)
    migration = ["git diff --stat", "uv run alembic upgrade head"] if result.request.migration else ["git diff --stat"]
    return [
        (
            "Look at it, migration first, and run its tests:",
            [*migration[:1], f"uv run pytest {tests}"],
        ),
        ("Commit it:", [f"git add -A && git commit -m 'Add {_plurals(result)}'"]),
    ]


def _plurals(result: Added) -> str:
    return listed([resource.plural for resource in result.request.resources])
