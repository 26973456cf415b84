"""Report the result of `svcgen update` as JSON, as described in docs/json.md."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from svcgen.commands.resume import Aborted
from svcgen.commands.update_result import Update
from svcgen.errors import SvcgenError
from svcgen.service.merging.moves import fix_command


def update_object(update: Update) -> dict[str, Any]:
    """Return the JSON object of an update, or of a dry run."""
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
        "rewritten": list(merged.rewritten),
        "mentions": [asdict(mention) for mention in merged.mentions],
        "rewrite": fix_command(merged.mentions),
        "answers": {name: {"before": old, "after": new} for name, (old, new) in update.answers.items()},
        "duties": list(update.duties),
        "notes": list(update.notes),
        "unfinished": update.unfinished,
        "diff": update.diff,
        "steps": [step.as_json() for step in update.steps],
    }


def failed_object(path: Path, problem: SvcgenError) -> dict[str, Any]:
    """Return the JSON object of a service that could not be updated.

    Args:
        path: The service's directory.
        problem: The error.
    """
    return {"ok": False, "path": str(path), "error": problem.message, "hint": problem.hint}


def aborted_object(aborted: Aborted) -> dict[str, Any]:
    """Return the JSON object of an update that was undone."""
    return {
        "ok": True,
        "path": str(aborted.path),
        "aborted": aborted.after,
        "checked_out": aborted.head.branch or aborted.head.commit,
        "kept": aborted.kept,
    }
