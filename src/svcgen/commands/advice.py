"""Advise the team of a service that was created around existing files."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.service.placement.first_commit import NEVER
from svcgen.service.placement.kept import Found, is_needed
from svcgen.system.git import run_git
from svcgen.text import enumerated


def advice(destination: Path, found: Found, *, committed: bool) -> Iterator[str]:
    """Yield advice about the files that were kept.

    Args:
        destination: The service.
        found: The earlier content of the destination.
        committed: Whether the service is committed on top of it.
    """
    kept, before = found.kept, found.existing
    yours = sorted({one.yours for one in kept})
    needed = sorted({one.yours for one in kept if is_needed(one)} | set(found.foreign))
    untracked = [name for name in yours if name != NEVER and not before.is_tracked(name)]
    if yours:
        yield f"kept as they are: {enumerated(yours)}"
    if needed:
        yield f"the service may be incomplete and its tests may fail; not from the template: {enumerated(needed)}"
    if untracked and committed:
        yield f"not committed: {enumerated(untracked)}. To commit: git add -- {shlex.join(untracked)} && git commit"
    if ".gitignore" in yours and not _is_ignored(destination, NEVER):
        yield f"your .gitignore does not list {NEVER}, which contains secrets: echo {NEVER} >> .gitignore"
    if committed and _is_detached(destination):
        yield "HEAD is detached, so the commit is on no branch: git switch --create BRANCH"


def _is_ignored(destination: Path, file: str) -> bool:
    with suppress(ToolError):
        return run_git(destination, "check-ignore", "-q", "--no-index", "--", file, accept=(0, 1)).code == 0
    # There is no repository yet.
    with suppress(OSError):
        return file in (destination / ".gitignore").read_text(encoding="utf-8", errors="replace").split()
    return False


def _is_detached(destination: Path) -> bool:
    return run_git(destination, "symbolic-ref", "--quiet", "HEAD", accept=(0, 1)).code == 1
