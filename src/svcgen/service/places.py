"""Find the services of the paths on a command line, in the same way for all commands."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from svcgen.errors import UsageError
from svcgen.system.bounded import read_bounded
from svcgen.template.recorded import ANSWERS_FILE

# Enough for a list of 100,000 paths.
_LARGEST = 8 << 20
_COMMENT = re.compile(r"(^|\s)#.*")


def absolute(path: Path) -> Path:
    """Return an absolute path with `~` expanded, without resolving symbolic links.

    Only the part before `..` is resolved: `link/..` is the parent of the directory that the link points to.
    """
    # pathlib's expanduser raises if the user does not exist.
    parts = Path(os.path.expanduser(path)).absolute().parts  # noqa: PTH111
    resolved = len(parts) - [*reversed(parts), ".."].index("..")
    return Path(os.path.realpath(Path(*parts[:resolved])), *parts[resolved:]) if resolved else Path(*parts)


def read_list(file: Path) -> list[Path]:
    """Read paths from a file: one per line, relative to the file; # starts a comment.

    Raises:
        UsageError: It can't be read.
    """
    file = absolute(file)
    try:
        lines = read_bounded(file, _LARGEST).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"{file} can't be read: {reason}", hint="list one path a line, with # before a comment"
        ) from error
    paths = (_COMMENT.sub("", line).strip() for line in lines)
    return [file.parent / os.path.expanduser(path) for path in paths if path]  # noqa: PTH111


def find_services(paths: Iterable[Path]) -> Mapping[Path, Path]:
    """Return each service once, with the first path that leads to it.

    A path outside of all services is returned as a service, so that the command reports it.
    """
    found: dict[str, tuple[Path, Path]] = {}
    for path in map(absolute, paths):
        service = find_service(path)
        found.setdefault(os.path.realpath(service), (service, path))
    return dict(found.values())


def find_service(directory: Path) -> Path:
    """Return the nearest service that contains a directory; the directory itself if there is none.

    Like git's own search, it ends at the root of a repository, at another file system, and at a directory of another
    owner: the directories above may belong to someone else.
    """
    if _is_service(directory) or not os.path.isdir(directory):  # noqa: PTH112  (pathlib's raises without permission)
        return directory
    return next(filter(_is_service, _above(Path(os.path.realpath(directory)))), directory)


def _is_service(directory: Path) -> bool:
    return os.path.lexists(directory / ANSWERS_FILE)


def _above(place: Path) -> Iterator[Path]:
    owner = _owner(place)
    while place.name != ".git" and not os.path.lexists(place / ".git") and place != place.parent:
        place = place.parent
        if _owner(place) != owner:
            return
        yield place


def _owner(place: Path) -> tuple[int, int]:
    found = place.stat()
    return found.st_dev, found.st_uid
