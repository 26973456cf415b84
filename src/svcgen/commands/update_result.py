"""The request and the result of `svcgen update`."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from svcgen.service.merge_result import Merged
from svcgen.service.repository import Head
from svcgen.system.steps import Step
from svcgen.template.find import Template


@dataclass(frozen=True)
class UpdateRequest:
    """What to update, and how.

    Attributes:
        path: The service's directory; absolute.
        template: The template of this installation.
        to: The version to update to; by default the template's own.
        in_place: Whether to change the branch that is checked out instead of a new one.
        test: Whether to run the service's suite afterwards.
        branches: The branches that this call has made in each repository, and what was checked out before; the update
            of another service in one of them goes onto its branch.
    """

    path: Path
    template: Template
    to: str | None = None
    in_place: bool = False
    test: bool = False
    branches: MutableMapping[tuple[Path, str], Head] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """What an update did, or would do.

    Attributes:
        path: The service's directory.
        before: The version of the template that it was at.
        after: The version that it is at now.
        branch: The branch that it is on; empty where it was done in place.
        undo: The command that takes it back.
        merged: What became of each file.
        answers: For each answer that is new or another than before: what it was, if anything, and what it is.
        duties: What the team has to do for the releases that were crossed.
        python: The Python version of the service.
        notes: What else the team should know.
        diff: What a dry run would change, as `git diff` shows it.
        steps: What was done, in order.
        unfinished: Whether it waits for `svcgen update --continue`.
    """

    path: Path
    before: str
    after: str
    branch: str = ""
    undo: str = ""
    merged: Merged = field(default_factory=Merged)
    answers: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)
    duties: tuple[str, ...] = ()
    python: str = ""
    notes: tuple[str, ...] = ()
    diff: str = ""
    steps: tuple[Step, ...] = ()
    unfinished: bool = False

    @property
    def up_to_date(self) -> bool:
        """Whether there was nothing to do."""
        return self.before == self.after

    @property
    def needs_a_look(self) -> bool:
        """Whether a person must look at something."""
        changed = any(old is not None for old, _ in self.answers.values())
        undone = any(step.is_left for step in self.steps)
        merged = self.merged
        stale = any(not mention.is_prose for mention in merged.mentions)
        return bool(merged.conflicts or merged.removed or merged.beside or stale or changed or undone)
