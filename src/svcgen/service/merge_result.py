"""The result of merging a template into a service."""

from dataclasses import dataclass, field, replace

from svcgen.service.moves import Mention
from svcgen.service.tree import Entry, Tree


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
    """What a merge did to each file.

    Attributes:
        updated: Files that are now as the template wants them, or have its changes merged in.
        kept: Files of the template in which the team's own changes are kept.
        conflicts: Files that a person must look at.
        removed: Files that the template no longer has and the team has changed or imports, and where they are kept.
        renamed: Files that the template renamed, from and to, with the team's changes carried over.
        left_out: Files that the team had deleted and the template changed; they stay deleted.
        beside: Files that are not replaced, as git does not know what is on disk there or the team made something
            else of them; and the files beside them that hold the template's version.
        untracked: Files of the template that the team keeps out of git, and that are left as they are.
        rewritten: Files of the team's own that got the new names of what the template moved.
        mentions: Lines that still have the old ones.
    """

    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    untracked: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class MergeResult:
    """A merge, before it is anywhere on disk.

    Attributes:
        report: What became of each file.
        tree: The service afterwards, with conflict markers in files that conflict.
        changed: The files that are not as in the service's commit.
        stages: For each conflict, the entries of git's index that make it one.
    """

    report: Merged
    tree: Tree
    changed: frozenset[str]
    stages: dict[str, dict[int, Entry]] = field(default_factory=dict)

    def with_file(self, path: str, entry: Entry) -> "MergeResult":
        """Return the same with a file that was written by itself.

        Args:
            path: The file.
            entry: Its new entry.
        """
        return replace(self, tree={**self.tree, path: entry})
