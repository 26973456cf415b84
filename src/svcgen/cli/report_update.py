"""Report the result of `svcgen update` as text."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from svcgen.cli.messages import error
from svcgen.cli.screen import Screen
from svcgen.commands.resume import Aborted
from svcgen.commands.update_result import Update
from svcgen.service.merging.moves import fix_command
from svcgen.service.publishing.unfinished import ABORT, CONTINUE
from svcgen.text import argument, change_directory, counted, from_here

_FEW = 20


def show_checked(screen: Screen, update: Update) -> None:
    """Print whether a service is behind.

    Args:
        screen: The screen to print on.
        update: The update.
    """
    state = f"up to date at {update.after}" if update.up_to_date else f"at {update.before}; {update.after} is available"
    screen.say(f"{update.path} is {state}")


def show_update(screen: Screen, update: Update) -> None:
    """Print what an update did, and what is left to do.

    Args:
        screen: The screen to print on.
        update: The update.
    """
    if update.up_to_date:
        screen.say(f"{update.path} is up to date at {update.after}")
        return
    verb = "Updating" if update.unfinished else "Updated"
    place = f", on the branch {update.branch}" if update.branch else ""
    screen.headline(f"{verb} {update.path} from {update.before} to {update.after}{place}")
    _show_blocks(screen, update)
    _show_problems(update)
    _show_commands(update)
    if update.undo and not update.unfinished:
        screen.block("To undo the update:", [*change_directory(update.path), update.undo])


def show_update_preview(screen: Screen, update: Update) -> None:
    """Print the effect of an update on each file, and a summary.

    Args:
        screen: The screen to print on.
        update: The update.
    """
    if update.up_to_date:
        screen.say(f"{update.path} is up to date at {update.after}")
        return
    _show_blocks(screen, update)
    _show_problems(update)
    screen.headline(f"Dry run: {update.path} would go from {update.before} to {update.after}: {_counts(update)}")


def show_aborted(screen: Screen, aborted: Aborted) -> None:
    """Print what is checked out after an update was undone.

    Args:
        screen: The screen to print on.
        aborted: The update that was undone.
    """
    screen.say(
        f"Undid the update of {aborted.path} to {aborted.after}; {aborted.head.branch or aborted.head.commit} is"
        " checked out as before",
        "bold",
    )
    if aborted.kept:
        screen.say(f"Your changes to the files of the update are in a commit: git show {aborted.kept}")


def show_total(screen: Screen, words: Sequence[str], attention: Mapping[Path, str]) -> None:
    """Print a summary of several services.

    Args:
        screen: The screen to print on.
        words: The outcome of each service.
        attention: The outcomes of services that need attention, by path.
    """
    counts = ", ".join(f"{count} {word}" for word, count in Counter(words).items())
    screen.line()
    screen.say(f"{counted(len(words), 'service')}: {counts}", "bold")
    widest = max(map(len, attention.values()), default=0)
    for path, word in attention.items():
        screen.line(f"  {word:<{widest}}  {from_here(path)}")


def _show_blocks(screen: Screen, update: Update) -> None:
    updated, merged, kept = _touched(update)
    for heading, files in (
        ("Updated:", updated),
        ("Merged with your changes:", merged),
        ("Left as you have it:", kept),
    ):
        if files:
            screen.few(heading, files)
    for heading, lines in _blocks(update):
        screen.prose(heading, lines)
    screen.gap()


def _touched(update: Update) -> tuple[list[str], list[str], list[str]]:
    """Return the files that only the template changed, that both sides changed, and that only the team changed."""
    updated, kept = update.merged.updated, update.merged.kept
    both = [path for path in updated if path in set(kept)]
    return [path for path in updated if path not in both], both, [path for path in kept if path not in both]


def _blocks(update: Update) -> Iterator[tuple[str, Sequence[str]]]:
    merged = update.merged
    blocks = (
        ("Deleted by you, not restored:", merged.left_out),
        ("Not tracked by git, not changed:", merged.untracked),
        ("Renamed by the template, with your changes:", [f"{old} -> {new}" for old, new in merged.renamed]),
        ("Yours, with the new names of moved files:", merged.rewritten),
        ("New answers:", [f"{name}: {new}" for name, (old, new) in update.answers.items() if old is None]),
        ("To do for your team:", update.duties),
        ("Notes:", update.notes),
    )
    yield from ((heading, lines) for heading, lines in blocks if lines)


def _show_problems(update: Update) -> None:
    for name, (old, new) in update.answers.items():
        if old is not None:
            error(f"the answer {name} changes from {old!r} to {new!r}", "check that this is what you want")
    for conflict in update.merged.conflicts:
        word = "lines" if conflict.lines[1:] else "line"
        lines = f", {word} {', '.join(map(str, conflict.lines))}" if conflict.lines else ""
        error(f"{conflict.path}{lines}: conflict between your changes and the template's")
    for path, kept in update.merged.removed:
        if kept == path:
            error(
                f"{path} is removed from the template, and you have changed or import it",
                "it stays as a file of yours",
            )
        else:
            error(f"{path} is removed from the template, and you had changed it", f"your version is in {kept}")
    for path, new in update.merged.beside:
        error(f"{path} is not replaced, because git does not have your version", f"the template's version is in {new}")
    _show_mentions(update)
    for step in update.steps:
        if step.outcome == "failed":
            error(f"{step.name}: {step.reason}")


def _show_mentions(update: Update) -> None:
    mentions = update.merged.mentions
    for mention in mentions[:_FEW]:
        error(f"{mention.path}, line {mention.line}: {mention.old} is now {mention.new}")
    if mentions[_FEW:]:
        error(f"{len(mentions) - _FEW} more lines; --json lists all of them")
    if mentions:
        commands = "\n".join(f"  {command}" for command in [*change_directory(update.path), fix_command(mentions)])
        error("some of your lines have the old names of moved files", f"review them, then run:\n{commands}")


def _show_commands(update: Update) -> None:
    if update.unfinished:
        what = "resolve the conflicts, `git add` the files, then run" if update.merged.conflicts else "run"
        place = argument(update.path)
        error("the update is unfinished", f"{what}: {CONTINUE}{place}\nor undo the update: {ABORT}{place}")
    elif left := [step.command for step in update.steps if step.is_left]:
        commands = "\n".join(f"  {command}" for command in [*change_directory(update.path), *left])
        error("the update is incomplete", f"run the remaining steps:\n{commands}")


def _counts(update: Update) -> str:
    merged, (updated, both, _) = update.merged, _touched(update)
    parts: Mapping[str, int] = {
        "updated": len(updated),
        "merged": len(both),
        "renamed": len(merged.renamed),
        "removed": len(merged.removed),
        "not replaced": len(merged.beside),
    }
    conflicts = [counted(len(merged.conflicts), "conflict")] if merged.conflicts else []
    files = [f"{counted(count, 'file')} {what}" for what, count in parts.items() if count]
    return ", ".join([*conflicts, *files]) or "no file changes"
