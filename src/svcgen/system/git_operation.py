"""The operation of git, such as a rebase, that waits in a work tree."""

from pathlib import Path

# What git leaves in its directory until a command is finished or aborted.
_UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}


def operation_in_progress(directory: Path) -> str:
    """Return the command of git that waits in a work tree to be finished, `rebase` say; empty if none does.

    Args:
        directory: Git's own directory of that work tree.
    """
    return next((command for name, command in _UNDER_WAY.items() if (directory / name).exists()), "")
