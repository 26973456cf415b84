"""Define the request and the result of `svcgen new`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from svcgen.resource.spec import Resource
from svcgen.service.placement.existing import Kept
from svcgen.system.steps import Step
from svcgen.template.find import Template


@dataclass(frozen=True)
class NewRequest:
    """A service to create.

    Attributes:
        template: The template to render.
        answers: A valid answer to every question.
        destination: The service's directory; absolute.
        git: Whether to commit it.
        sync: Whether to lock its dependencies and create its virtual environment.
        resources: The resources to add, in a second commit.
        keep_existing: Whether the destination may contain files; they stay unchanged.
    """

    template: Template
    answers: Mapping[str, str]
    destination: Path
    git: bool = True
    sync: bool = True
    resources: tuple[Resource, ...] = ()
    keep_existing: bool = False


@dataclass(frozen=True)
class NewService:
    """A service that was created.

    Attributes:
        path: The service's directory.
        files: The files that svcgen wrote, relative to it, without `.git` and `.venv`.
        left_out: The files that are not committed, because the enclosing repository ignores them.
        kept: The template's files that are not written, because their place is taken.
        notes: Advice for the team.
        steps: The steps, in order.
    """

    path: Path
    files: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every step is done."""
        return not any(step.is_left for step in self.steps)
