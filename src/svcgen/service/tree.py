"""The tree of a commit: its paths, and what git merges two of them to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REGULAR, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


@dataclass(frozen=True)
class Entry:
    """One path of a tree.

    Attributes:
        mode: As git writes it.
        oid: The object's name.
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
    """What git makes of three trees.

    Attributes:
        tree: The result, with conflict markers in files that conflict.
        stages: For each path that git leaves open: its entry in the base (1), in ours (2) and in theirs (3).
    """

    tree: dict[str, Entry]
    stages: dict[str, dict[int, Entry]] = field(default_factory=dict)
