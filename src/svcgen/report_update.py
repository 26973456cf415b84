"""The result of `svcgen update`, as text and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from svcgen.commands.resume import Aborted
from svcgen.commands.update import Update
from svcgen.screen import Screen, error
from svcgen.unfinished import ABORT, CONTINUE


def update_object(update: Update) -> dict[str, Any]:
    """Return the JSON object of one update, or of what it would do."""
    merged = update.merged
    return {
        "ok": not update.needs_a_look,
        "path": str(update.path),
        "from": update.before,
        "to": update.after,
        "branch": update.branch,
        "undo": update.undo,
        "updated": list(merged.updated),
        "kept": list(merged.kept),
        "conflicts": [asdict(conflict) for conflict in merged.conflicts],
        "removed": [{"path": path, "kept_as": kept} for path, kept in merged.removed],
        "renamed": [{"from": old, "to": new} for old, new in merged.renamed],
        "left_out": list(merged.left_out),
        "beside": [{"path": path, "new": name} for path, name in merged.beside],
        "untracked": list(merged.untracked),
        "answers": {name: {"before": old, "after": new} for name, (old, new) in update.answers.items()},
        "duties": list(update.duties),
        "notes": list(update.notes),
        "unfinished": update.unfinished,
        "diff": update.diff,
        "steps": [{**asdict(step), "seconds": round(step.seconds, 3)} for step in update.steps],
    }


def show_update(screen: Screen, update: Update, *, dry_run: bool = False) -> None:
    """Show what an update did, or would do, and what is left to a person."""
    if update.up_to_date:
        screen.line(f"{update.path} is up to date at {update.after}")
        return
    verb = "would go" if dry_run else "is going" if update.unfinished else "went"
    place = f", on the branch {update.branch}" if update.branch else ""
    screen.line(f"{update.path} {verb} from {update.before} to {update.after}{place}")
    for heading, lines in _blocks(update):
        screen.line(f"\n{heading}")
        for line in lines:
            screen.line(f"  {line}")
    if update.diff:
        screen.line(f"\n{update.diff}".rstrip())
    if update.undo:
        screen.line(f"\nTo undo it: {update.undo}")
    _show_what_is_left(update)


def _blocks(update: Update) -> Iterator[tuple[str, Sequence[str]]]:
    merged = update.merged
    blocks = (
        ("Updated:", merged.updated),
        ("Your changes kept:", merged.kept),
        ("Left deleted, as you have it:", merged.left_out),
        ("Left as they are, since you keep them out of git:", merged.untracked),
        ("Renamed by the template, your changes carried over:", [f"{old} -> {new}" for old, new in merged.renamed]),
        ("New answers:", [f"{name}: {new}" for name, (old, new) in update.answers.items() if old is None]),
        ("For your team to do:", update.duties),
        ("Note:", update.notes),
    )
    yield from ((heading, lines) for heading, lines in blocks if lines)


def _show_what_is_left(update: Update) -> None:
    for name, (old, new) in update.answers.items():
        if old is not None:
            error(f"the answer {name} changed from {old!r} to {new!r}")
    for conflict in update.merged.conflicts:
        lines = f", line {', '.join(map(str, conflict.lines))}" if conflict.lines else ""
        error(f"{conflict.path}{lines}: you and the template changed the same place")
    for path, kept in update.merged.removed:
        error(f"{path} is no longer in the template, and you had changed it", f"what you had is in {kept}")
    for path, new in update.merged.beside:
        error(f"{path} is not as git or the template has it, and is kept", f"the template's version is in {new}")
    for step in update.steps:
        if step.outcome == "failed":
            error(f"{step.name}: {step.reason}")
    _show_commands(update)


def _show_commands(update: Update) -> None:
    if update.unfinished:
        what = "resolve the conflicts and `git add` them, then run" if update.merged.conflicts else "run"
        error("the update is unfinished", f"{what}: {CONTINUE}\nor undo it: {ABORT}")
    elif left := [f"  {step.command}" for step in update.steps if step.outcome in {"failed", "pending"}]:
        error("the update is not complete", "then run what is left:\n" + "\n".join(left))


def show_aborted(screen: Screen, aborted: Aborted) -> None:
    """Show what is checked out after an update was taken back."""
    screen.line(
        f"{aborted.path}: took back the update to {aborted.after}; {aborted.head.branch or aborted.head.commit}"
        " is checked out as before"
    )
    if aborted.kept:
        screen.line(f"What you had changed in its files is kept in a commit: git show {aborted.kept}")


def aborted_object(aborted: Aborted) -> dict[str, Any]:
    """Return the JSON object of an update that was taken back."""
    return {
        "ok": True,
        "path": str(aborted.path),
        "aborted": aborted.after,
        "checked_out": aborted.head.branch or aborted.head.commit,
        "kept": aborted.kept,
    }
