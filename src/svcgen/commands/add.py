"""Add resources to a service: all of them, or nothing."""

from pathlib import Path

from svcgen.errors import ServiceError
from svcgen.resource.change.added import Added, AddRequest, added
from svcgen.resource.change.change import Change, in_place, plan_change, write_all
from svcgen.resource.change.review import review
from svcgen.resource.change.tools import MAKE_MIGRATION, Tools, require_environment
from svcgen.resource.code.layout import Layout, read_layout
from svcgen.resource.spec import listed
from svcgen.service.vcs.repository import require_clean
from svcgen.service.workcopy import contents, replace_files, work_copy
from svcgen.system.links import real_path
from svcgen.system.signals import stop_listening
from svcgen.system.steps import Notify, Steps
from svcgen.system.uv import Uv
from svcgen.template.find import find_template, installed_version
from svcgen.template.history import parse_version
from svcgen.template.recorded import Service, read_service
from svcgen.template.source import same_source


def check_service(path: Path, *, allow_dirty: bool) -> Service:
    """Check that resources can be added to a service.

    Args:
        path: The service's directory.
        allow_dirty: Whether to accept uncommitted changes.

    Raises:
        ServiceError: It is not a service, is newer than this svcgen, or has uncommitted changes.
    """
    service = read_service(path)
    template = find_template(None)
    # A fork has its own versions, and so does a svcgen that was installed from it.
    made_by, own = parse_version(service.version), parse_version(template.version) or parse_version(installed_version())
    if same_source(service.source, template.source) and made_by and own and made_by > own:
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
        request: The request.
        notify: Receives each step.

    Raises:
        SpecError: The resources collide with each other or with existing ones.
        ServiceError: The service does not allow it.
        ToolError: uv fails.
    """
    service = check_service(request.service, allow_dirty=request.allow_dirty)
    try:
        layout = read_layout(request.service)
        change = in_place(plan_change(request.resources, layout))
    except RecursionError as error:
        raise ServiceError(f"the code of {request.service} is nested too deeply to be read") from error
    steps = Steps(notify)
    if request.dry_run:
        return _preview(request, layout, change, steps)
    with work_copy(request.service, request.files) as copy:
        tools = Tools(Uv.find(service.python, notify), request.service, copy)
        require_environment(request.service)
        _write(request, layout, tools, change, steps)
        if request.migration:
            steps.require("migration", lambda: _migrate(request, tools, change))
        else:
            steps.skip("migration", "--no-migration")
        files = {file: (copy / file).read_bytes() for file in sorted({*change.added, *change.edited})}
        before = contents(request.service, files)
        steps.require("publish", lambda: replace_files(request.service, files, before))
        stop_listening()
    return added(request, before, files, change.notes, steps.taken)


def _preview(request: AddRequest, layout: Layout, change: Change, steps: Steps) -> Added:
    """Return what would be added, as far as that is known without running programs of the service."""
    tools = [
        *(["the migration, which needs the service's Alembic"] if request.migration else []),
        "the formatting, which needs the service's ruff",
    ]
    if not layout.is_plain:
        tools.append("the path of the routes, which needs the service's app")
    change.notes.append(f"a dry run executes nothing of the service, so this is missing: {'; '.join(tools)}")
    for step in ("format", "migration"):
        steps.skip(step, "--dry-run")
    files = {file: text.encode() for file, text in sorted({**change.added, **change.edited}.items())}
    before = contents(request.service, files)
    return added(request, before, files, change.notes, steps.taken)


def _write(request: AddRequest, layout: Layout, tools: Tools, change: Change, steps: Steps) -> None:
    """Write and format the files in the copy, with the prefix under which the app serves their routes."""
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
            mounted = in_place(plan_change(request.resources, layout, prefix))
            change.added.update(mounted.added)
            change.edited.update(mounted.edited)
            write_all(tools.copy, {**change.added, **change.edited})

    steps.require("files", write)
    steps.attempt("format", "uv run ruff check", lambda: tools.format(python, unformatted))


def _migrate(request: AddRequest, tools: Tools, change: Change) -> None:
    if not (tools.copy / MAKE_MIGRATION).exists():
        raise ServiceError(f"there is no {MAKE_MIGRATION}", hint="create the migration by hand: --no-migration")
    tables = [resource.plural for resource in request.resources]
    file = real_path(tools.copy, tools.make_migration(f"add {listed(tables)}"))
    text = review((tools.copy / file).read_text(encoding="utf-8"), tables)
    change.added[file] = text
    write_all(tools.copy, {file: text})
