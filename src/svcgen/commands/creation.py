"""Run the steps that create a service."""

import shlex
import shutil
import tempfile
from functools import partial
from pathlib import Path

from svcgen.commands.add import add_resources
from svcgen.commands.advice import advice
from svcgen.commands.new_result import NewRequest, NewService
from svcgen.errors import ToolError
from svcgen.resource.change.added import AddRequest
from svcgen.resource.spec import arguments, listed
from svcgen.service.lock import EXPORT, export, lock, sync
from svcgen.service.placement.existing import Existing
from svcgen.service.placement.first_commit import (
    NEVER,
    VENV,
    CommitTarget,
    Committing,
    NewRepository,
    first_commit,
    ignored,
    service_files,
)
from svcgen.service.placement.kept import Found, is_needed, record
from svcgen.service.placement.quarantine import Quarantine
from svcgen.service.placement.staging import Staging
from svcgen.system.signals import stop_listening
from svcgen.system.steps import Steps, ignore
from svcgen.system.uv import Uv
from svcgen.template.questions import NAME
from svcgen.template.render import render


def render_into(request: NewRequest, project: Path) -> None:
    """Render the template, and create `.env` from the example.

    Args:
        request: The request.
        project: The service's directory.
    """
    render(request.template, project, request.answers)
    example = project / ".env.example"
    if example.exists():
        (project / NEVER).touch(mode=0o600)
        shutil.copyfile(example, project / NEVER)


class Creation:
    """The creation of one service.

    Args:
        request: The request.
        staging: The staging of the destination; not open yet.
        steps: Records the steps.
    """

    def __init__(self, request: NewRequest, staging: Staging, steps: Steps) -> None:
        self._request, self._staging, self._steps = request, staging, steps
        self._existing = Existing(request.destination)
        self._repository: CommitTarget = NewRepository()
        self._found = Found(self._existing)
        self._yours: set[str] = set()
        self._files: set[str] = set()

    def run(self) -> NewService:
        """Run all steps.

        Raises:
            DestinationError: A file in the destination makes it impossible.
            OSError: A file can't be written.
            ToolError: The repository was changed in the meantime.
        """
        destination = self._request.destination
        self._staging.open()
        git = destination / ".git"
        if git.is_dir() and not git.is_symlink():
            self._repository = Quarantine(destination, self._staging.scratch)
        self._steps.require("render", lambda: render_into(self._request, self._staging.project))
        locked = self._lock()
        self._find_kept()
        self._commit()
        self._staging.publish(file for file in self._files if not self._existing.in_the_way(file))
        # A virtual environment contains absolute paths, so it must be created in its final place.
        synced = self._sync(locked=locked)
        self._staging.seal()
        self._add_resources(synced=synced)
        committed = self._steps.outcome("git") == "done"
        service = NewService(
            destination,
            tuple(sorted(self._files)),
            self._left_out(),
            self._found.kept,
            tuple(advice(destination, self._found, committed=committed)),
            tuple(self._steps.taken),
        )
        stop_listening()
        self._repository.publish()
        return service

    def _lock(self) -> bool:
        steps = self._steps
        if not self._request.sync:
            steps.skip("lock", "--no-sync")
            steps.skip("export", "--no-sync")
            return False
        if self._existing.kept(self._staging.project, ["pyproject.toml"]):
            steps.postpone("lock", "uv lock", "pyproject.toml is yours")
            steps.postpone("export", EXPORT, "needs the lock")
            return False
        with tempfile.TemporaryDirectory(prefix="svcgen-") as directory:
            locked = steps.attempt("lock", "uv lock", partial(self._make_lock, Path(directory)))
            if locked:
                steps.attempt("export", EXPORT, partial(self._make_export, Path(directory)))
            else:
                steps.postpone("export", EXPORT, "needs the lock")
            return locked

    def _make_lock(self, place: Path) -> None:
        python = self._request.answers["python"]
        lock(self._staging.project, place, python, Uv.find(python, self._steps.notify))

    def _make_export(self, place: Path) -> None:
        export(place, Uv.find(self._request.answers["python"], self._steps.notify))
        shutil.copyfile(place / "requirements.txt", self._staging.project / "requirements.txt")

    def _find_kept(self) -> None:
        project = self._staging.project
        self._found = Found.compare(self._existing, project)
        record(project, self._found.kept)
        self._files = {*service_files(project)} - {one.path for one in self._found.kept}
        self._yours = {one.path for one in self._found.kept} | ({VENV} if self._existing.in_the_way(VENV) else set())

    def _commit(self) -> None:
        if not self._request.git:
            self._steps.skip("git", "--no-git")
            return
        what = Committing(
            self._request.destination,
            self._staging.project,
            tuple(sorted(file for file in self._files if not self._existing.is_tracked(file))),
            f"Scaffold {self._request.answers[NAME]}",
            keeps=bool(self._found.kept),
        )
        first_commit(what, self._repository, self._steps)

    def _sync(self, *, locked: bool) -> bool:
        steps = self._steps
        if not self._request.sync:
            steps.skip("sync", "--no-sync")
            return False
        if not locked:
            steps.postpone("sync", "uv sync", "needs the lock")
            return False
        # uv would remove packages that are not in the lock from an existing virtual environment.
        theirs = next((name for name in ("uv.lock", VENV) if name in self._yours), "")
        if theirs:
            steps.postpone("sync", "uv sync", f"{theirs} is yours")
            return False
        self._staging.has_made(VENV)
        uv = Uv.find(self._request.answers["python"], steps.notify)
        return steps.attempt("sync", "uv sync", lambda: sync(self._staging.project, uv))

    def _add_resources(self, *, synced: bool) -> None:
        resources = self._request.resources
        if not resources:
            return
        command = shlex.join(["svcgen", "add", "resource", *arguments(resources)])
        needed = next(filter(is_needed, self._found.kept), None)
        if needed:
            self._steps.postpone("resources", command, f"{needed.yours} is yours")
        elif not synced:
            self._steps.postpone("resources", command, "needs the virtual environment")
        else:
            self._steps.attempt("resources", command, self._add)

    def _add(self) -> None:
        project, resources = self._staging.project, self._request.resources
        files = tuple(map(Path, sorted(self._files)))
        added = add_resources(AddRequest(project, resources, allow_dirty=True, files=files), ignore)
        self._files.update(map(Path.as_posix, added.added))
        for file in added.added:
            self._staging.has_made(file)
        if not added.complete:
            raise ToolError("; ".join(step.reason for step in added.steps if step.reason))
        if self._steps.outcome("git") == "done":
            plurals = listed([resource.plural for resource in resources])
            changed = map(Path.as_posix, (*added.added, *added.edited))
            self._repository.commit(project, changed, f"Add {plurals}", self._steps.notify)

    def _left_out(self) -> tuple[str, ...]:
        if not self._request.git or self._steps.outcome("git") != "skipped":
            return ()
        return ignored(self._request.destination, sorted(self._files))
