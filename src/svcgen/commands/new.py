"""`svcgen new`: makes a service, whole or not at all."""

import shlex
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from svcgen.commands.add import add_resources
from svcgen.errors import DestinationError, ToolError
from svcgen.events import Notify, Step, ignore
from svcgen.first_commit import commit, first_commit, ignored, service_files
from svcgen.lock import EXPORT, export, lock, sync
from svcgen.questions import NAME
from svcgen.render import render
from svcgen.resource.added import AddRequest
from svcgen.resource.change import plan_change, write_all
from svcgen.resource.layout import read_layout
from svcgen.resource.spec import Resource, arguments, listed
from svcgen.signals import finish
from svcgen.staging import Staging, check_destination
from svcgen.steps import Steps
from svcgen.template import Template
from svcgen.toolchain import Uv, check_uv


@dataclass(frozen=True)
class NewRequest:
    """What to make.

    Attributes:
        template: What to render.
        answers: A valid answer to every question.
        destination: Where; absolute.
        git: Whether to commit it.
        sync: Whether to lock it and to make its virtual environment.
        resources: What to add to it, in a second commit.
    """

    template: Template
    answers: Mapping[str, str]
    destination: Path
    git: bool = True
    sync: bool = True
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class NewService:
    """What was made.

    Attributes:
        path: The service's directory.
        files: Its files, relative to it, without those of git and of the virtual environment.
        left_out: Those of its files that its repository ignores, and that nobody has committed.
        steps: What was done to make it, in order.
    """

    path: Path
    files: tuple[str, ...]
    left_out: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def complete(self) -> bool:
        """Whether no step is left to be run by hand."""
        return not any(step.outcome in {"failed", "pending"} for step in self.steps)


def make_service(request: NewRequest, notify: Notify) -> NewService:
    """Make a service: all of it, or all but the steps that uv or git could not do.

    Whatever else ends it, an interrupt at any moment included, leaves nothing behind and changes nothing.

    Args:
        request: What to make.
        notify: Is told of each step.

    Raises:
        DestinationError: It can't be made there.
        TemplateError: The template can't be rendered.
        ToolError: uv is too old.
    """
    check_destination(request.destination)
    if request.sync:
        check_uv()
    staging = Staging(request.destination)
    try:
        steps = Steps(notify)
        staging.open()
        steps.require("render", lambda: _render(request, staging.project))
        locked = _lock(request, staging, steps)
        _commit(request, staging, steps)
        staging.publish()
        # A virtual environment holds absolute paths, so it can only be made in its place.
        synced = _sync(request, staging, steps, locked=locked)
        _add_resources(request, staging, steps, synced=synced)
        files = service_files(staging.project)
        left_out = ignored(request.destination, files) if request.git and steps.outcome("git") != "failed" else ()
        finish()
        staging.close()
    except BaseException as error:
        staging.undo()
        # A broken pipe is that of whoever is notified.
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            place = error.filename2 or error.filename or request.destination
            raise DestinationError(f"can't write {place}: {error.strerror}") from error
        raise
    return NewService(request.destination, files, left_out, tuple(steps.taken))


def preview(request: NewRequest) -> tuple[str, ...]:
    """Return the files that `make_service` would render, and write nothing.

    Raises:
        DestinationError: It can't be made there.
        TemplateError: The template can't be rendered.
    """
    check_destination(request.destination)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        _render(request, project)
        change = plan_change(request.resources, read_layout(project))
        write_all(project, {**change.added, **change.edited})
        return service_files(project)


def _render(request: NewRequest, project: Path) -> None:
    render(request.template, project, request.answers)
    example = project / ".env.example"
    if example.exists():
        (project / ".env").touch(mode=0o600)
        shutil.copyfile(example, project / ".env")


def _lock(request: NewRequest, staging: Staging, steps: Steps) -> bool:
    if not request.sync:
        steps.skip("lock", "--no-sync")
        steps.skip("export", "--no-sync")
        return False
    python = request.answers["python"]

    with tempfile.TemporaryDirectory(prefix="svcgen-") as directory:
        place = Path(directory)

        def make_lock() -> None:
            lock(staging.project, place, python, Uv.find(python, steps.notify))

        def make_export() -> None:
            export(place, Uv.find(python, steps.notify))
            shutil.copyfile(place / "requirements.txt", staging.project / "requirements.txt")

        locked = steps.attempt("lock", "uv lock", make_lock)
        if locked:
            steps.attempt("export", EXPORT, make_export)
        else:
            steps.postpone("export", EXPORT, "needs the lock")
        return locked


def _commit(request: NewRequest, staging: Staging, steps: Steps) -> None:
    if request.git:
        first_commit(request.destination, staging.project, f"Scaffold {request.answers[NAME]}", steps)
    else:
        steps.skip("git", "--no-git")


def _sync(request: NewRequest, staging: Staging, steps: Steps, *, locked: bool) -> bool:
    if not request.sync:
        steps.skip("sync", "--no-sync")
        return False
    if not locked:
        steps.postpone("sync", "uv sync", "needs the lock")
        return False
    uv = Uv.find(request.answers["python"], steps.notify)
    return steps.attempt("sync", "uv sync", lambda: sync(staging.project, uv))


def _add_resources(request: NewRequest, staging: Staging, steps: Steps, *, synced: bool) -> None:
    if not request.resources:
        return
    command = shlex.join(["svcgen", "add", "resource", *arguments(request.resources)])
    if not synced:
        steps.postpone("resources", command, "needs the virtual environment")
        return

    def add() -> None:
        added = add_resources(AddRequest(staging.project, request.resources, allow_dirty=True), ignore)
        if not added.complete:
            raise ToolError("; ".join(step.reason for step in added.steps if step.reason))
        if steps.outcome("git") == "done":
            plurals = [resource.plural for resource in request.resources]
            files = map(Path.as_posix, (*added.added, *added.edited))
            commit(staging.project, files, f"Add {listed(plurals)}", steps.notify)

    steps.attempt("resources", command, add)
