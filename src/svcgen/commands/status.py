"""`svcgen status`: how far services are from their template."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from svcgen.errors import ServiceError, SvcgenError, UnfinishedError
from svcgen.service.publishing.unfinished import require_finished
from svcgen.service.rules import failed_rules
from svcgen.system.process import time_limit
from svcgen.template.find import Template
from svcgen.template.foreign import ForeignTemplate
from svcgen.template.history import find_version, parse_version, released_tags
from svcgen.template.pristine import Pristine
from svcgen.template.questions import NAME
from svcgen.template.recorded import Service, read_service
from svcgen.template.source import same_source
from svcgen.template.target import known_releases

_T = TypeVar("_T")
# Seconds for each of: asking a source, rendering its template, the tools of a service.
SECONDS = 30.0
# They wait for the network and not for the processor.
_REMOTES = 16


@dataclass(frozen=True)
class ServiceStatus:
    """The status of a service, or of a path that is not a service.

    Attributes:
        path: Its directory.
        name: The service's name; the name of the directory if it is not a service.
        version: Its version of the template.
        newest: The newest known release.
        behind: The number of releases since that version; None if unknown.
        answers: The answers to the template's questions.
        edited: Files of the template that the team changed; None if unknown.
        deleted: Files of the template that the team deleted; None if unknown.
        failed_rules: The number of violations of each hard rule; None if unknown or not requested.
        remarks: Why something is unknown.
        problem: Why the service can't be read; then nothing else is known.
        unfinished: Whether the problem is an unfinished update.
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
    unfinished: bool = False


def survey(
    paths: Sequence[Path], template: Template, *, rules: bool = False, seconds: float = SECONDS
) -> Iterator[ServiceStatus]:
    """Read services, several at a time, and yield their status in the order of the paths.

    It writes nothing, and runs nothing of a service except the tools that check its rules, if requested.

    Args:
        paths: Directories of services.
        template: The template of this installation.
        rules: Whether to run each service's own ruff and ast-grep.
        seconds: The time limit for a source, a template or the tools of a service.
    """
    found = [_limited(seconds, _read, path) for path in paths]
    with tempfile.TemporaryDirectory() as scratch, _pool(os.cpu_count()) as pool, _pool(_REMOTES) as remotes:
        # Each version and each source is read only once, before the services that need it.
        origins: dict[tuple[str, str], list[Service]] = {}
        for service in found:
            if isinstance(service, Service):
                origins.setdefault((service.version, service.source), []).append(service)
        rendering = {
            origin: remotes.submit(_limited, seconds, _rendered, services, template, Path(scratch, str(number)))
            for number, (origin, services) in enumerate(origins.items())
        }
        releases = {
            source: remotes.submit(_limited, seconds, _releases, source, template)
            for source in dict.fromkeys(source for _, source in origins)
        }

        def look(one: Service | ServiceStatus) -> ServiceStatus:
            if isinstance(one, ServiceStatus):
                return one
            failed = (lambda: _limited(seconds, failed_rules, one.path)) if rules else None
            return _look(one, releases[one.source], rendering[one.version, one.source], failed)

        yield from pool.map(look, found)


@contextmanager
def _pool(threads: int | None) -> Iterator[ThreadPoolExecutor]:
    """Run threads. After an interrupt, no further task starts."""
    pool = ThreadPoolExecutor(threads)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _limited(seconds: float, action: Callable[..., _T], *arguments: object) -> _T:
    with time_limit(seconds):
        return action(*arguments)


def _read(path: Path) -> Service | ServiceStatus:
    try:
        require_finished(path)
        return read_service(path)
    except UnfinishedError as problem:
        return ServiceStatus(path, path.name, problem=_reason(problem), unfinished=True)
    except Exception as problem:  # noqa: BLE001  (one broken repository is a row and does not end the survey)
        return ServiceStatus(path, path.name, problem=_reason(problem))


def _rendered(services: Sequence[Service], current: Template, directory: Path) -> Pristine | ForeignTemplate:
    version, source = services[0].version, services[0].source
    template = find_version(version, source, current, directory)
    if template.is_checkout and template.root != current.root:  # cloned from the source that the service names
        return ForeignTemplate(template, services)
    return Pristine(template)


def _releases(source: str, current: Template) -> tuple[str, ...]:
    """Return the known releases of svcgen's own template, or the releases of another source."""
    if not same_source(source, current.source):
        return released_tags(source)
    return known_releases(current)


def _look(
    service: Service,
    releases: "Future[tuple[str, ...]]",
    rendering: "Future[Pristine | ForeignTemplate]",
    failed: Callable[[], Mapping[str, int]] | None,
) -> ServiceStatus:
    remarks: list[str] = []

    def known(action: Callable[[], _T]) -> _T | None:
        try:
            return action()
        except Exception as problem:  # noqa: BLE001  (one unknown value does not end the survey)
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
        edited=tuple(file for file in edits[0] if file not in service.kept) if edits else None,
        deleted=tuple(file for file in edits[1] if file not in service.kept) if edits else None,
        failed_rules=known(failed) if failed else None,
        remarks=tuple(remarks),
    )


def _behind(version: str, tags: Sequence[str]) -> int:
    at = parse_version(version)
    if at is None:
        raise ServiceError(f"{version} is not a release of the template")
    return sum(release > at for tag in tags if (release := parse_version(tag)))


def _reason(problem: Exception) -> str:
    if not isinstance(problem, SvcgenError):
        return repr(problem)
    hint = problem.hint.replace("\n", "; ")
    return f"{problem.message} ({hint})" if hint else problem.message
