"""`svcgen status`: how far each of many services is from its template. It writes nothing."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from svcgen.errors import ServiceError, SvcgenError, UsageError
from svcgen.history import carried_versions, find_version, parse_version, released_tags, same_source
from svcgen.pristine import Pristine
from svcgen.questions import NAME
from svcgen.rules import failed_rules
from svcgen.service import Service, read_service
from svcgen.template import Template

_T = TypeVar("_T")


@dataclass(frozen=True)
class ServiceStatus:
    """One service, or a path that is none.

    Attributes:
        path: Its directory.
        name: The service's name; the directory's where there is no service.
        version: The version of the template that it is at.
        newest: The newest version that is known.
        behind: How many releases have come since; None where that can't be told.
        answers: What was answered to the template's questions.
        edited: Files of the template that the team has changed, or None.
        deleted: Those that it has deleted, or None.
        failed_rules: How often each hard rule is broken, or None.
        remarks: Why something is not known.
        problem: Why it is no service that can be looked at; then nothing else is known.
    """

    path: Path
    name: str
    version: str = ""
    newest: str = ""
    behind: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    edited: tuple[str, ...] | None = None
    deleted: tuple[str, ...] | None = None
    failed_rules: Mapping[str, int] | None = None
    remarks: tuple[str, ...] = ()
    problem: str = ""


def read_repos(file: Path) -> list[Path]:
    """Read the paths of services from a file: one a line, relative to the file, with # before a comment.

    Raises:
        UsageError: It can't be read.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {error}", hint="one path a line, # before a comment") from error
    paths = (line.partition("#")[0].strip() for line in lines)
    return [file.parent / Path(path).expanduser() for path in paths if path]


def survey(paths: Sequence[Path], template: Template) -> Iterator[ServiceStatus]:
    """Look at services, several at a time, and yield what is found in the order of the paths.

    Args:
        paths: Directories, of services or not.
        template: The template of this installation.
    """
    found = [_read(path) for path in paths]
    services = [service for service in found if isinstance(service, Service)]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
        # Each version and each source once, before the services that have to wait for them.
        origins = dict.fromkeys((service.version, service.source) for service in services)
        rendering = {
            origin: pool.submit(_pristine, *origin, template, Path(scratch, str(number)))
            for number, origin in enumerate(origins)
        }
        releases = {source: pool.submit(_releases, source, template) for _, source in origins}

        def look(one: Service | ServiceStatus) -> ServiceStatus:
            if isinstance(one, ServiceStatus):
                return one
            return _look(one, releases[one.source], rendering[one.version, one.source])

        yield from pool.map(look, found)


def _read(path: Path) -> Service | ServiceStatus:
    try:
        return read_service(path)
    except Exception as problem:  # noqa: BLE001  (one broken repository is a row, never the end)
        return ServiceStatus(path, path.name, problem=_reason(problem))


def _pristine(version: str, source: str, current: Template, directory: Path) -> Pristine:
    return Pristine(find_version(version, source, current, directory))


def _releases(source: str, current: Template) -> tuple[str, ...]:
    """Return the releases that this svcgen knows of its own template, or those that another source has."""
    if not same_source(source, current.source):
        return released_tags(source)
    ours = (current.version,) if current.is_release else ()
    return tuple(dict.fromkeys((*carried_versions(), *ours)))


def _look(service: Service, releases: "Future[tuple[str, ...]]", rendering: "Future[Pristine]") -> ServiceStatus:
    remarks: list[str] = []

    def known(action: Callable[[], _T]) -> _T | None:
        try:
            return action()
        except Exception as problem:  # noqa: BLE001  (what can't be told about one service is no reason to stop)
            remarks.append(_reason(problem))
            return None

    tags = known(releases.result) or ()
    edits = known(lambda: rendering.result().compare(service.path, service.answers))
    return ServiceStatus(
        path=service.path,
        name=service.answers[NAME],
        version=service.version,
        newest=tags[-1] if tags else "",
        behind=known(lambda: _behind(service.version, tags)) if tags else None,
        answers=service.answers,
        edited=tuple(edits[0]) if edits else None,
        deleted=tuple(edits[1]) if edits else None,
        failed_rules=known(lambda: failed_rules(service.path)),
        remarks=tuple(remarks),
    )


def _behind(version: str, tags: Sequence[str]) -> int:
    at = parse_version(version)
    if at is None:
        raise ServiceError(f"{version} is no release of the template")
    return sum(release > at for tag in tags if (release := parse_version(tag)))


def _reason(problem: Exception) -> str:
    if not isinstance(problem, SvcgenError):
        return repr(problem)
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
