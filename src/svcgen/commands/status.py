"""`svcgen status`: how far each of many services is from its template. It writes nothing."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from svcgen.bounded import read_bounded
from svcgen.errors import ServiceError, SvcgenError, UsageError
from svcgen.foreign import ForeignTemplate
from svcgen.history import find_version, parse_version, released_tags
from svcgen.pristine import Pristine
from svcgen.process import time_limit
from svcgen.questions import NAME
from svcgen.rules import failed_rules
from svcgen.service import Service, read_service
from svcgen.source import same_source
from svcgen.target import known_releases
from svcgen.template import Template
from svcgen.unfinished import require_finished

_T = TypeVar("_T")
# Seconds for each of: asking a source, rendering its template, the tools of a service.
SECONDS = 30.0
# A list of 100,000 paths.
_LARGEST = 8 << 20
# They wait for the network and not for the processor.
_REMOTES = 16


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
        failed_rules: How often each hard rule is broken, or None where that is not known or was not asked for.
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
        lines = read_bounded(file, _LARGEST).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {error}", hint="one path a line, # before a comment") from error
    paths = (line.partition("#")[0].strip() for line in lines)
    # pathlib's raises where there is no such user.
    return [file.parent / os.path.expanduser(path) for path in paths if path]  # noqa: PTH111


def survey(
    paths: Sequence[Path], template: Template, *, rules: bool = False, seconds: float = SECONDS
) -> Iterator[ServiceStatus]:
    """Look at services, several at a time, and yield what is found in the order of the paths.

    Nothing of them is executed but, if asked for, the tools that find their broken rules; nothing is written.

    Args:
        paths: Directories, of services or not.
        template: The template of this installation.
        rules: Whether to run each service's own ruff and ast-grep.
        seconds: How long a source, a template or the tools of a service may take.
    """
    found = [_limited(seconds, _read, path) for path in paths]
    with tempfile.TemporaryDirectory() as scratch, _pool(os.cpu_count()) as pool, _pool(_REMOTES) as remotes:
        # Each version and each source once, before the services that have to wait for them.
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
    """Run threads; at an interrupt, begin nothing more."""
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
    except Exception as problem:  # noqa: BLE001  (one broken repository is a row, never the end)
        return ServiceStatus(path, path.name, problem=_reason(problem))


def _rendered(services: Sequence[Service], current: Template, directory: Path) -> Pristine | ForeignTemplate:
    version, source = services[0].version, services[0].source
    template = find_version(version, source, current, directory)
    if (template.root / ".git").exists() and template.root != current.root:  # cloned from wherever the service says
        return ForeignTemplate(template, services)
    return Pristine(template)


def _releases(source: str, current: Template) -> tuple[str, ...]:
    """Return the releases that this svcgen knows of its own template, or those that another source has."""
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
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
