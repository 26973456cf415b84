"""Check whether a service can be created in a directory."""

import os
import shlex
from pathlib import Path

from svcgen.errors import DestinationError, ExistsError, ServiceError
from svcgen.service.placement.existing import tracked_files
from svcgen.system.git_operation import operation_in_progress
from svcgen.system.uv_workspace import check_workspace
from svcgen.template.questions import NAME
from svcgen.template.recorded import ANSWERS_FILE, read_service
from svcgen.text import enumerated, from_here

# Every git directory has these entries.
_GIT = ("HEAD", "objects", "refs")


def check_destination(destination: Path, *, keep_existing: bool) -> None:
    """Refuse a destination that does not allow a service.

    Args:
        destination: An absolute path.
        keep_existing: Whether it may contain files other than `.git`.

    Raises:
        ExistsError: It is already a service.
        DestinationError: It does not allow one.
    """
    _check_not_made(destination)
    check_workspace(destination)
    if not os.path.lexists(destination):
        return
    if not destination.is_dir():
        raise DestinationError(f"{destination} exists and is not a directory", hint="choose another destination")
    if keep_existing:
        _check_repository(destination)
    else:
        _check_empty(destination)


def _check_not_made(destination: Path) -> None:
    if not os.path.lexists(destination / ANSWERS_FILE):
        return
    try:
        service = read_service(destination)
    except ServiceError as error:
        raise DestinationError(
            f"{destination} already has a {ANSWERS_FILE}: {error.message}", hint="choose another destination"
        ) from error
    place = from_here(destination)
    command = "svcgen update" if place == "." else f"svcgen update {shlex.quote(place)}"
    raise ExistsError(
        f"{service.answers[NAME]} is already a service created by svcgen {service.version}",
        hint=f"to update it: {command}",
    )


def _check_empty(directory: Path) -> None:
    found = sorted(entry.name for entry in directory.iterdir() if entry.name != ".git")
    found += [f"{file} (tracked, not on disk)" for file in sorted({*tracked_files(directory)}) if not found]
    if found:
        raise DestinationError(
            f"{directory} is not empty, in the way: {enumerated(found, 5)}",
            hint="to keep these files and add the service: --keep-existing; to create it elsewhere: "
            "svcgen new NAME DESTINATION; to redirect output elsewhere: > ../made.json",
        )


def _check_repository(directory: Path) -> None:
    for place in (directory, *directory.parents):
        if all((place / name).exists() for name in _GIT):
            raise DestinationError(
                f"{directory} is in the git directory {place}, not in a work tree",
                hint=f"clone it, and create the service in the clone: git clone {shlex.quote(str(place))} CLONE",
            )
    if (directory / ".git" / "index.lock").exists():
        raise DestinationError(
            f"another git command is running in {directory}",
            hint="wait for it; if none is: rm .git/index.lock",
        )
    operation = operation_in_progress(directory / ".git")
    if operation:
        raise DestinationError(
            f"a {operation} is in progress in {directory}", hint=f"finish it, or: git {operation} --abort"
        )
