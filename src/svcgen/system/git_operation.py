"""Find a git operation, such as a rebase, that is in progress in a work tree."""

from pathlib import Path

# git keeps these files in its directory until the command is finished or aborted.
_IN_PROGRESS = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}


def operation_in_progress(directory: Path) -> str:
    """Return the git command that is in progress in a work tree, such as `rebase`; empty if there is none.

    Args:
        directory: The git directory of that work tree.
    """
    return next((command for name, command in _IN_PROGRESS.items() if (directory / name).exists()), "")
