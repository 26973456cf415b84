"""Define the result of merging a template into a service."""

from dataclasses import dataclass, field, replace

from svcgen.service.merging.moves import Mention
from svcgen.service.vcs.tree import Entry, Tree


@dataclass(frozen=True)
class Conflict:
    """A file that both sides changed in the same place.

    Attributes:
        path: Relative to the service.
        lines: The lines of git's conflict markers, from 1; empty for a binary file.
    """

    path: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Merged:
    """The effect of a merge on each file.

    Attributes:
        updated: Files that are now the template's version, or have its changes merged in.
        kept: Files of the template in which the team's own changes are kept.
        conflicts: Files that a person must resolve.
        removed: Files that the template dropped and the team has changed or imports, and where they are kept.
        renamed: Files that the template renamed, from and to, with the team's changes carried over.
        left_out: Files that the team had deleted and the template changed; they stay deleted.
        beside: Files that are not replaced, because git does not track the file on disk or the team replaced it with
            something else; and the files beside them with the template's version.
        untracked: Files of the template that the team does not track in git; they are unchanged.
        rewritten: The team's own files in which the names of moved files were updated.
        mentions: Lines that still have old names.
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
    """A merge that is not yet on disk.

    Attributes:
        report: The effect on each file.
        tree: The resulting service, with conflict markers in conflicting files.
        changed: The files that differ from the service's commit.
        stages: For each conflict, its entries in git's index.
    """

    report: Merged
    tree: Tree
    changed: frozenset[str]
    stages: dict[str, dict[int, Entry]] = field(default_factory=dict)

    def with_file(self, path: str, entry: Entry) -> "MergeResult":
        """Return a copy of the result with another version of a file.

        Args:
            path: The file.
            entry: Its new entry.
        """
        return replace(self, tree={**self.tree, path: entry})
