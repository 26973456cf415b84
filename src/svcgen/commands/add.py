"""`svcgen add resource`: adds resources to a service, all of them or nothing."""

import difflib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from svcgen.errors import ServiceError
from svcgen.events import Notify, Step
from svcgen.history import parse_version
from svcgen.resource.change import Change, plan_change, write_all
from svcgen.resource.layout import Layout, read_layout
from svcgen.resource.review import review
from svcgen.resource.spec import Resource, listed
from svcgen.resource.tools import MAKE_MIGRATION, Tools
from svcgen.resource.workcopy import publish, work_copy
from svcgen.service import ANSWERS_FILE, Service, read_service
from svcgen.signals import finish
from svcgen.steps import Steps
from svcgen.template import installed_version
from svcgen.toolchain import Uv
from svcgen.worktree import require_clean


@dataclass(frozen=True)
class AddRequest:
    """What to add, and where.

    Attributes:
        service: The service's directory; absolute.
        resources: What to add; each may refer to each.
        migration: Whether to make their migration.
        allow_dirty: Whether there may be changes that are not committed, or no repository.
        dry_run: Whether to leave the service as it is.
    """

    service: Path
    resources: tuple[Resource, ...]
    migration: bool = True
    allow_dirty: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Added:
    """What was added.

    Attributes:
        request: What was asked for.
        added: The new files, relative to the service.
        edited: The files that were there and have changed.
        diff: All of it, as text.
        notes: What could not be done, and how to do it by hand.
        steps: What was done, in order.
    """

    request: AddRequest
    added: tuple[Path, ...]
    edited: tuple[Path, ...]
    diff: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...] = field(default=())

    @property
    def complete(self) -> bool:
        """Whether no step is left to be run by hand."""
        return not any(step.outcome in {"failed", "pending"} for step in self.steps)

    @property
    def undo(self) -> str:
        """The commands that take it back as long as it is not committed."""
        added, edited = (shlex.join(map(str, files)) for files in (self.added, self.edited))
        return f"git restore {edited} && git clean -fq {added}"


def find_service(directory: Path) -> Path:
    """Return the service that a directory is in, or the directory itself."""
    return next((place for place in (directory, *directory.parents) if (place / ANSWERS_FILE).exists()), directory)


def check_service(path: Path, *, allow_dirty: bool) -> Service:
    """Refuse a service that nothing can be added to.

    Raises:
        ServiceError: It is none, it is newer than this svcgen, or it has changes that are not committed.
    """
    service = read_service(path)
    made_by, own = parse_version(service.version), parse_version(installed_version())
    if made_by and own and made_by > own:
        raise ServiceError(
            f"{path} is from the template {service.version}, which is newer than this svcgen ({own})",
            hint="upgrade svcgen: uv tool upgrade svcgen",
        )
    if not allow_dirty:
        try:
            require_clean(path)
        except ServiceError as error:
            raise ServiceError(error.message, hint=f"{error.hint}; or use --allow-dirty") from error
    return service


def add_resources(request: AddRequest, notify: Notify) -> Added:
    """Add resources to a service: all of them, or nothing.

    Args:
        request: What to add.
        notify: Is told of each step.

    Raises:
        SpecError: They do not go together with each other, or with the resources that are there.
        ServiceError: They can't be added to that service.
        ToolError: uv fails.
    """
    service = check_service(request.service, allow_dirty=request.allow_dirty)
    layout = read_layout(request.service)
    change = plan_change(request.resources, layout)
    uv = Uv.find(service.answers["python"], notify)
    steps = Steps(notify)
    with work_copy(request.service) as copy:
        tools = Tools(uv, request.service, copy)
        _write(request, layout, tools, change, steps)
        if request.migration:
            steps.require("migration", lambda: _migrate(request, tools, change))
        else:
            steps.skip("migration", "--no-migration")
        files = {file: (copy / file).read_bytes() for file in sorted({*change.added, *change.edited})}
        before = {file: _content(request.service / file) for file in files}
        if not request.dry_run:
            steps.require("publish", lambda: publish(request.service, files, before))
            finish()
    return Added(
        request,
        added=tuple(file for file in files if before[file] is None),
        edited=tuple(file for file in files if before[file] is not None),
        diff=_diff(before, files),
        notes=tuple(change.notes),
        steps=tuple(steps.taken),
    )


def _write(request: AddRequest, layout: Layout, tools: Tools, change: Change, steps: Steps) -> None:
    """Write the files into the copy, as ruff formats them there, and see where the app serves them."""
    python = [file for file in (*change.added, *change.edited) if file.suffix == ".py"]
    unformatted = tools.unformatted([file for file in change.edited if file.suffix == ".py"])

    def write() -> None:
        write_all(tools.copy, {**change.added, **change.edited})
        if layout.is_plain:
            return
        plural = request.resources[0].plural
        path = tools.find_route(f"{layout.api_package}.{plural}", f"list_{plural}")
        prefix = path.removesuffix(plural)
        if prefix != "/":
            mounted = plan_change(request.resources, layout, prefix)
            change.added.update(mounted.added)
            change.edited.update(mounted.edited)
            write_all(tools.copy, {**change.added, **change.edited})

    steps.require("files", write)
    steps.attempt("format", "uv run ruff check", lambda: tools.format(python, unformatted))


def _migrate(request: AddRequest, tools: Tools, change: Change) -> None:
    if not (tools.copy / MAKE_MIGRATION).exists():
        raise ServiceError(f"there is no {MAKE_MIGRATION}", hint="make the migration by hand: --no-migration")
    tables = [resource.plural for resource in request.resources]
    file = tools.make_migration(f"add {listed(tables)}")
    text = review((tools.copy / file).read_text(encoding="utf-8"), tables)
    change.added[file] = text
    write_all(tools.copy, {file: text})


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _diff(before: Mapping[Path, bytes | None], after: Mapping[Path, bytes]) -> str:
    lines: list[str] = []
    for file, content in after.items():
        old = before[file]
        names = ("/dev/null" if old is None else f"a/{file}", f"b/{file}")
        lines += difflib.unified_diff(_lines(old or b""), _lines(content), *names)
    return "".join(lines)


def _lines(content: bytes) -> Sequence[str]:
    return content.decode(errors="replace").splitlines(keepends=True)
