"""Merges what changed between two renderings of the template into a service, as git merges two branches.

The old rendering is the base, the new one is theirs, the service is ours. So git finds renames, keeps what only one
side changed, and marks what both did: nothing that the team has written is dropped on the way.
"""

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.git import commit_settings, git
from svcgen.pristine import without_days

_BASE, _OURS, _THEIRS = 1, 2, 3


@dataclass(frozen=True)
class Conflict:
    """A file that both sides changed in the same place.

    Attributes:
        path: Relative to the service.
        lines: Where git's markers begin, from 1; none in a binary file.
    """

    path: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        updated: Files that are now as the template wants them, or have its changes merged in.
        kept: Files of the template in which the team's own changes are kept.
        conflicts: Files that a person must look at.
        removed: Files that the template no longer has and the team had changed, and where they are kept.
        renamed: Files that the template renamed, from and to, with the team's changes carried over.
        left_out: Files that the team had deleted and the template changed; they stay deleted.
    """

    updated: tuple[str, ...]
    kept: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    removed: tuple[tuple[str, str], ...]
    renamed: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]


class TemplateMerge:
    """One merge, in a work tree of the service's repository that has no changes.

    Args:
        worktree: The directory of the service in it.
        scratch: A directory for git's index files.
        version: The version of the template that is merged in.
    """

    def __init__(self, worktree: Path, scratch: Path, version: str) -> None:
        self._worktree = worktree
        self._scratch = scratch
        self._version = version
        self._prefix = self._git("rev-parse", "--show-prefix").strip()
        self._base = self._theirs = ""

    def run(self, base: Path, theirs: Path, apart: Collection[str]) -> Merged:
        """Merge, leaving the result in the work tree and the index.

        Args:
            base: The rendering that the service was made from or last updated to.
            theirs: The new rendering.
            apart: Files that no merge may touch: those that the team owns and those that are made anew.

        Raises:
            ToolError: git can't do it; the work tree may then be half merged.
        """
        owned = {name for name in apart if (base / name).exists() or (self._worktree / name).exists()}
        self._base = self._commit(base, owned, "template as it was")
        self._theirs = self._commit(theirs, owned, f"template {self._version}", "-p", self._base)
        changed = self._changed(self._base, "HEAD", "MRD") & self._files_of(self._base)
        edited = {path for path in changed if not self._is_same_but_for_its_day(path)}
        renames = dict(self._renames(edited))
        try:
            # No rename of a folder: a new file belongs where the template puts it.
            quiet = ("-c", "advice.mergeConflict=false", "-c", "merge.directoryRenames=false")
            self._git(*quiet, "cherry-pick", "--no-commit", self._theirs)
        except ToolError:
            if not self._unmerged():
                raise
        removed, left_out, conflicts = self._settle()
        untouchable = {conflict.path for conflict in conflicts} | {path for path, _ in removed} | set(left_out)
        return Merged(
            updated=tuple(sorted(self._changed("HEAD", "--cached", "AMDRT") - untouchable - {to for _, to in removed})),
            kept=tuple(sorted(edited - untouchable - renames.keys())),
            conflicts=tuple(conflicts),
            removed=tuple(removed),
            renamed=tuple((old, new) for old, new in renames.items() if (self._worktree / new).exists()),
            left_out=tuple(left_out),
        )

    def _settle(self) -> tuple[list[tuple[str, str]], list[str], list[Conflict]]:
        """Decide what git leaves open where one side deleted a file that the other changed."""
        removed, left_out, conflicts = [], [], []
        for path, stages in sorted(self._unmerged().items()):
            if stages == {_BASE, _OURS}:
                kept = f"{path}.removed-in-{self._version}"
                shutil.move(self._worktree / path, self._worktree / kept)
                self._git("rm", "--quiet", "--cached", "--", path)
                self._git("add", "--force", "--", kept)
                removed.append((path, kept))
            elif stages == {_BASE, _THEIRS}:
                self._git("rm", "--quiet", "--force", "--", path)
                left_out.append(path)
            else:
                conflicts.append(Conflict(path, tuple(_marked_lines(self._worktree / path))))
        return removed, left_out, conflicts

    def _is_same_but_for_its_day(self, path: str) -> bool:
        """Tell whether a file is as rendered: today stands there where ours has the day of its making."""
        if not (self._worktree / path).is_file():
            return False
        one, other = (self._git("show", f"{commit}:./{path}").encode() for commit in (self._base, "HEAD"))
        return without_days(one) == without_days(other)

    def _unmerged(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for entry in filter(None, self._git("ls-files", "--unmerged", "-z").split("\0")):
            details, path = entry.split("\t")
            found.setdefault(path, set()).add(int(details.split()[2]))
        return found

    def _commit(self, rendering: Path, without: Collection[str], message: str, *parent: str) -> str:
        """Return a commit, on no branch, of the repository with a rendering in the place of the service."""
        index = self._scratch / "index"
        index.unlink(missing_ok=True)
        # Filters and line endings are the team's business, not that of what is rendered.
        raw = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "core.excludesFile=")
        at = (f"--git-dir={self._git('rev-parse', '--absolute-git-dir').strip()}", f"--work-tree={rendering}")
        git(rendering, *raw, *at, "add", "--all", "--force", ".", index=index)
        if without:
            git(rendering, *at, "rm", "--quiet", "--cached", "--ignore-unmatch", "--", *sorted(without), index=index)
        tree = git(rendering, *at, "write-tree", index=index).strip()
        if self._prefix:
            tree = self._inside_repository(tree)
        return self._git(*commit_settings(self._worktree), "commit-tree", tree, "-m", message, *parent).strip()

    def _inside_repository(self, tree: str) -> str:
        index = self._scratch / "outer"
        index.unlink(missing_ok=True)
        for command in (
            ("read-tree", "HEAD"),
            ("rm", "--quiet", "-r", "--cached", "--", "."),
            ("read-tree", f"--prefix={self._prefix}", tree),
        ):
            git(self._worktree, *command, index=index)
        return git(self._worktree, "write-tree", index=index).strip()

    def _files_of(self, commit: str) -> set[str]:
        return set(filter(None, self._git("ls-tree", "-r", "-z", "--name-only", commit, ".").split("\0")))

    def _changed(self, *commits: str) -> set[str]:
        *between, kinds = commits
        listed = self._git(
            "diff", "--name-only", "--no-renames", "--relative", "-z", f"--diff-filter={kinds}", *between, "--", "."
        )
        return set(filter(None, listed.split("\0")))

    def _renames(self, edited: Collection[str]) -> Iterator[tuple[str, str]]:
        renames = ("diff", "--name-status", "--find-renames", "--relative", "-z", "--diff-filter=R")
        fields = self._git(*renames, self._base, self._theirs, "--", ".").split("\0")
        for old, new in zip(fields[1::3], fields[2::3], strict=False):
            if old in edited:
                yield old, new

    def _git(self, *arguments: str) -> str:
        return git(self._worktree, *arguments)


def _marked_lines(path: Path) -> Iterator[int]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    yield from (number for number, line in enumerate(lines, 1) if line.startswith("<<<<<<< "))
