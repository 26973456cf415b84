"""Find the files and folders of a destination that are in the places of the template's files."""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from svcgen.errors import ToolError
from svcgen.service.placement.first_commit import NEVER
from svcgen.system.bounded import read_bounded
from svcgen.system.git import git

# In bytes. uv.lock has 120 KB, all other files less than 20 KB.
_LARGEST, _LARGEST_SHOWN = 8 << 20, 64 << 10
# Where else a forge or a bot finds what a file is for; it reads only one of them.
# https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions
# https://docs.renovatebot.com/configuration-options
_ELSEWHERE = {
    ".github/CODEOWNERS": ("CODEOWNERS", "docs/CODEOWNERS"),
    ".github/SECURITY.md": ("SECURITY.md", "docs/SECURITY.md"),
    ".github/renovate.json": (
        *("renovate.json", "renovate.json5", "renovate.jsonc", ".github/renovate.json5", ".github/renovate.jsonc"),
        *(".gitlab/renovate.json", ".gitlab/renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"),
    ),
}
# The folders whose every module has a test.
_CODE = frozenset({("alembic",), ("app",), ("tests",)})


@dataclass(frozen=True)
class Kept:
    """A file of the template that is not written, because something else has its place.

    Attributes:
        path: The path of the template's file.
        yours: What has its place: the same path, a name that differs only in case, a file where a folder would be, or
            the file that a forge reads instead.
        diff: The change from yours to the template's file; empty where yours is not text, or holds secrets.
    """

    path: str
    yours: str
    diff: str = ""


class Existing:
    """The content of a destination, on disk or tracked by its repository.

    A tracked file that is not on disk keeps its place: its deletion is not committed, or a sparse checkout lacks it.

    Args:
        destination: The directory, which need not exist.
    """

    def __init__(self, destination: Path) -> None:
        self._destination = destination
        self._tracked = frozenset(tracked_files(destination))
        self._names: dict[str, str] = {}
        for path in self._tracked:
            self._names[_fold(path)] = path
        self._folders = {
            _fold(str(folder)): str(folder) for path in self._tracked for folder in PurePosixPath(path).parents
        }
        self._listings: dict[PurePosixPath, list[str]] = {}

    def in_the_way(self, path: str) -> str:
        """Return the path that prevents a file from being written; empty if there is none."""
        return self._on_disk(PurePosixPath(path)) or self._in_repository(PurePosixPath(path))

    def is_tracked(self, path: str) -> bool:
        """Return whether the repository has a file, in its last commit or staged."""
        return path in self._tracked

    def kept(self, project: Path, files: Iterable[str]) -> tuple[Kept, ...]:
        """Return the files that can't be written because something else is there.

        Args:
            project: The directory of the template's files.
            files: Their paths, relative to it.
        """
        ways = ((path, self.in_the_way(path) or self._elsewhere(path)) for path in files)
        found = ((path, yours) for path, yours in ways if yours and not self._is_same(project, path, yours))
        return tuple(Kept(path, yours, self._diff(project / path, path, yours)) for path, yours in found)

    def foreign(self, files: Iterable[str]) -> tuple[str, ...]:
        """Return the folders and modules that are not part of a service; its tests fail on them.

        Args:
            files: The paths of the template's files.
        """
        paths = list(map(PurePosixPath, files))
        known = {place for path in paths for place in (path, *path.parents)}
        folders = [PurePosixPath(), *(place for place in known if place.parts[:1] in _CODE and place not in paths)]
        found = {place / name for place in folders for name in self._list(place) if name[0] not in "._"}
        return tuple(sorted(str(place) for place in found - known if place.parent.parts or self._is_folder(place)))

    def _elsewhere(self, path: str) -> str:
        """Return what does the same as a file in another place; empty if nothing does."""
        found = ((other, self.in_the_way(other)) for other in _ELSEWHERE.get(path, ()))
        return next((yours for other, yours in found if _fold(yours) == _fold(other)), "")

    def _in_repository(self, path: PurePosixPath) -> str:
        blocked = (self._names.get(_fold(str(folder)), "") for folder in (path, *path.parents))
        return next(filter(None, blocked), "") or self._folders.get(_fold(str(path)), "")

    def _on_disk(self, path: PurePosixPath) -> str:
        places = [PurePosixPath()]
        for name in path.parts[:-1]:
            places = list(self._entries(places, name))
            blocked = next((place for place in places if not self._is_folder(place)), None)
            if blocked:
                return str(blocked)
        return str(next(self._entries(places, path.name), ""))

    def _entries(self, places: Iterable[PurePosixPath], name: str) -> Iterator[PurePosixPath]:
        """Yield the entries that match a name on a case-insensitive file system, the exact one first."""
        found = [place / entry for place in places for entry in self._list(place) if _fold(entry) == _fold(name)]
        yield from sorted(found, key=lambda place: place.name != name)

    def _list(self, place: PurePosixPath) -> list[str]:
        if place not in self._listings:
            folder = self._destination / place
            self._listings[place] = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        return self._listings[place]

    def _is_folder(self, place: PurePosixPath) -> bool:
        """Return whether files can be written into a folder, which is not a link or another repository."""
        folder = self._destination / place
        return folder.is_dir() and not folder.is_symlink() and not (folder / ".git").exists()

    def _is_same(self, project: Path, path: str, yours: str) -> bool:
        content = _content(self._destination / yours)
        return path == yours and content is not None and content == _content(project / path)

    def _diff(self, template: Path, path: str, yours: str) -> str:
        texts = [_text(self._destination / yours), _text(template)]
        # A diff would print secrets to the log of CI.
        if NEVER in {path, yours} or None in texts:
            return ""
        before, after = (text.splitlines(keepends=True) for text in texts if text is not None)
        return "".join(_whole_lines(difflib.unified_diff(before, after, f"yours/{yours}", f"template/{path}")))


def tracked_files(destination: Path) -> Iterator[str]:
    """Yield the committed and staged files of a directory's repository; nothing if git can't read it."""
    if not (destination / ".git").exists():
        return
    # A file whose deletion is staged is still in the last commit.
    for command in (("ls-files", "-z"), ("ls-tree", "-r", "-z", "--name-only", "HEAD")):
        with suppress(ToolError):
            yield from filter(None, git(destination, *command).split("\0"))


def _fold(path: str) -> str:
    """Return the same text for all names that are equal on a case-insensitive file system."""
    return unicodedata.normalize("NFC", path).casefold()


def _content(file: Path, largest: int = _LARGEST) -> bytes | None:
    if file.is_symlink():
        return None
    with suppress(OSError):
        return read_bounded(file, largest)
    return None


def _text(file: Path) -> str | None:
    content = _content(file, _LARGEST_SHOWN)
    with suppress(UnicodeDecodeError):
        return content.decode() if content is not None and b"\0" not in content else None
    return None


def _whole_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
