"""Define the tree of a commit, and the result of a merge of trees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REGULAR, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


@dataclass(frozen=True)
class Entry:
    """One path of a tree.

    Attributes:
        mode: The mode, as git writes it.
        oid: The name of the object.
    """

    mode: str
    oid: str

    @property
    def is_file(self) -> bool:
        """Whether it is neither a link nor a submodule."""
        return self.mode in {REGULAR, EXECUTABLE}


Tree = Mapping[str, Entry]


@dataclass(frozen=True)
class MergedTree:
    """The result of a three-way merge.

    Attributes:
        tree: The result, with conflict markers in conflicting files.
        stages: For each unmerged path: its entry in the base (1), in ours (2) and in theirs (3).
    """

    tree: dict[str, Entry]
    stages: dict[str, dict[int, Entry]] = field(default_factory=dict)


def stages_of(lines: Iterable[str]) -> dict[str, dict[int, Entry]]:
    """Return the entries of each unmerged path, from lines that git prints."""
    found: dict[str, dict[int, Entry]] = {}
    for details, path in fields_of(lines):
        mode, oid, stage = details.split()
        found.setdefault(path, {})[int(stage)] = Entry(mode, oid)
    return found


def fields_of(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Split lines that git prints into details and a path."""
    return (line.partition("\t")[::2] for line in lines if line)


def lines_of(words: Iterable[str]) -> str:
    """Return words as lines for git's standard input."""
    return "".join(f"{word}\n" for word in words)
