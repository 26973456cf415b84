"""Define the request and the result of `svcgen update`."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from svcgen.service.merging.merge_result import Merged
from svcgen.service.vcs.repository import Head
from svcgen.system.steps import Step
from svcgen.template.find import Template


@dataclass(frozen=True)
class UpdateRequest:
    """An update to run.

    Attributes:
        path: The service's directory; absolute.
        template: The template of this installation.
        to: The version to update to; by default the template's own.
        in_place: Whether to change the current branch instead of a new one.
        test: Whether to run the service's tests afterwards.
        branches: The branches that this call has created in each repository, and what was checked out before. Another
            service in the same repository is updated on the same branch.
    """

    path: Path
    template: Template
    to: str | None = None
    in_place: bool = False
    test: bool = False
    branches: MutableMapping[tuple[Path, str], Head] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """An update that was run, or would be.

    Attributes:
        path: The service's directory.
        before: The version before the update.
        after: The version after the update.
        branch: The branch of the update; empty for an update in place.
        undo: The command that undoes it.
        merged: The effect on each file.
        answers: For each new or changed answer: the old value, if any, and the new one.
        duties: What the team must do for each release of the update.
        python: The Python version of the service.
        notes: Remarks for the team.
        diff: What a dry run would change, in the format of `git diff`.
        steps: The steps, in order.
        unfinished: Whether `svcgen update --continue` is needed.
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
        """Whether the team must review or finish something."""
        changed = any(old is not None for old, _ in self.answers.values())
        undone = any(step.is_left for step in self.steps)
        merged = self.merged
        stale = any(not mention.is_prose for mention in merged.mentions)
        return bool(merged.conflicts or merged.removed or merged.beside or stale or changed or undone)
