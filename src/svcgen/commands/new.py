"""Create a service completely or not at all."""

import tempfile
from pathlib import Path

from svcgen.commands.advice import advice
from svcgen.commands.creation import Creation, render_into
from svcgen.commands.new_result import NewRequest, NewService
from svcgen.errors import DestinationError
from svcgen.resource.change.change import plan_change, write_all
from svcgen.resource.code.layout import read_layout
from svcgen.service.placement.destination import check_destination
from svcgen.service.placement.existing import Existing
from svcgen.service.placement.first_commit import service_files
from svcgen.service.placement.kept import Found, is_needed, record
from svcgen.service.placement.staging import Staging
from svcgen.system.steps import Notify, Steps
from svcgen.system.uv import check_uv

__all__ = ["NewRequest", "NewService", "make_service", "preview"]


def make_service(request: NewRequest, notify: Notify) -> NewService:
    """Create a service. If uv or git fails, the service is created without that step.

    After any other error or an interrupt, nothing is changed or left behind.

    Args:
        request: The request.
        notify: Receives each step.

    Raises:
        ExistsError: The destination is already a service.
        DestinationError: The destination does not allow one.
        TemplateError: The template can't be rendered.
        ToolError: uv is too old, or the repository was changed in the meantime.
    """
    check_destination(request.destination, keep_existing=request.keep_existing)
    if request.sync:
        check_uv()
    staging = Staging(request.destination)
    try:
        service = Creation(request, staging, Steps(notify)).run()
        staging.close()
    except BaseException as error:
        staging.undo()
        # A broken pipe comes from `notify`, not from the destination.
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            place = error.filename2 or error.filename or request.destination
            raise DestinationError(f"can't write {place}: {error.strerror}") from error
        raise
    return service


def preview(request: NewRequest) -> NewService:
    """Return the service that `make_service` would create, and write nothing.

    Raises:
        ExistsError: The destination is already a service.
        DestinationError: The destination does not allow one.
        TemplateError: The template can't be rendered.
    """
    check_destination(request.destination, keep_existing=request.keep_existing)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        render_into(request, project)
        found = Found.compare(Existing(request.destination), project)
        record(project, found.kept)
        if not any(map(is_needed, found.kept)):
            change = plan_change(request.resources, read_layout(project))
            write_all(project, {**change.added, **change.edited})
        files = tuple(sorted({*service_files(project)} - {one.path for one in found.kept}))
        notes = tuple(advice(request.destination, found, committed=False))
        return NewService(request.destination, files, kept=found.kept, notes=notes)
