"""Create a directory completely or not at all, or add files to an existing one."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from svcgen.errors import DestinationError
from svcgen.system.signals import held
from svcgen.template.recorded import ANSWERS_FILE


def check_working_directory() -> None:
    """Refuse to work in a deleted directory.

    Raises:
        DestinationError: It was deleted.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise DestinationError("the working directory is gone", hint="change to one that exists: cd") from error


class Staging:
    """A directory under construction, on the file system of its destination.

    A new destination is prepared in a sibling directory. An existing one, which may be a mount point or the working
    directory of a shell, is prepared in a subdirectory. Files are then added to it, and none is replaced.
    """

    def __init__(self, destination: Path) -> None:
        """Store the destination, without touching it.

        Args:
            destination: An absolute path that `check_destination` has accepted.
        """
        self._destination = destination
        self._fills = destination.is_dir()
        self._scratch: Path | None = None
        self._parents: list[Path] = []
        self._made: list[Path] = []
        self._published = False

    @property
    def project(self) -> Path:
        """The directory of the files: hidden, and after `publish` the destination."""
        return self._destination if self._published else self.scratch / "project"

    @property
    def scratch(self) -> Path:
        """A directory for files that must not become part of the project."""
        if self._scratch is None:
            raise RuntimeError("open() comes first")
        return self._scratch

    def open(self) -> None:
        """Create the hidden directory, and the destination's parents."""
        base = self._destination if self._fills else self._destination.parent
        with held():
            for parent in reversed([base, *base.parents]):
                if not parent.exists():
                    parent.mkdir()
                    self._parents.append(parent)
            self._scratch = Path(tempfile.mkdtemp(prefix=f".{self._destination.name}.svcgen-", dir=base))
        self.project.mkdir()

    def publish(self, files: Iterable[str]) -> None:
        """Move the project to the destination. If that exists, the answers file is left for `seal`.

        Args:
            files: The files to move if the destination exists.

        Raises:
            OSError: A file can't be moved, or its place was taken in the meantime. `undo` restores the destination.
        """
        with held():
            if self._fills:
                self._fill(files)
            else:
                self.project.rename(self._destination)
            self._published = True

    def seal(self) -> None:
        """Add the answers file, which makes the destination a service.

        Until then, `svcgen new` can be run again after a crash.

        Raises:
            OSError: The answers file can't be written. `undo` restores the destination.
        """
        if self._fills:
            with held():
                self._add(ANSWERS_FILE)

    def has_made(self, path: str | Path) -> None:
        """Register a path of the destination that another tool creates, so that `undo` removes it."""
        self._made.append(self._destination / path)

    def undo(self) -> None:
        """Remove everything that was created."""
        with held():
            if self._fills:
                for path in reversed(self._made):
                    _remove(path)
            elif self._published:
                shutil.rmtree(self._destination)
            self.close()
            for parent in reversed(self._parents):
                parent.rmdir()

    def close(self) -> None:
        """Remove the hidden directory."""
        if self._scratch is not None:
            # A failure here must not undo the finished work.
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _fill(self, files: Iterable[str]) -> None:
        for file in files:
            if file != ANSWERS_FILE:
                self._add(file)
        if (self.project / ".git").exists():
            (self.project / ".git").rename(self._destination / ".git")
            self._made.append(self._destination / ".git")

    def _add(self, file: str) -> None:
        for folder in reversed(PurePosixPath(file).parents[:-1]):
            place = self._destination / folder
            if place.is_symlink() or not place.is_dir():
                place.mkdir()
                self._made.append(place)
        put(self.scratch / "project" / file, self._destination / file)
        self._made.append(self._destination / file)


def put(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it if the file system has no hard links.

    Args:
        source: The file.
        target: The new path.

    Raises:
        FileExistsError: The path is taken.
        OSError: The file can't be written.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    with target.open("xb") as file:
        try:
            file.write(source.read_bytes())
        except BaseException:
            target.unlink()
            raise
    shutil.copystat(source, target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        # Another program may have added files to a new folder.
        shutil.rmtree(path) if path.name in {".git", ".venv"} else _remove_empty(path)
    else:
        path.unlink(missing_ok=True)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
