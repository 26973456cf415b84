"""Makes a directory appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from svcgen.errors import DestinationError
from svcgen.signals import held
from svcgen.uv_workspace import check_workspace

# How many entries a message names.
_NAMED = 5


def check_working_directory() -> None:
    """Refuse to work in a directory that has been removed.

    Raises:
        DestinationError: It is gone.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise DestinationError("the working directory is gone", hint="change to one that exists: cd") from error


def check_destination(destination: Path) -> None:
    """Refuse a destination that is not empty but for `.git`, or that uv takes for a member of a workspace.

    Raises:
        DestinationError: No service can be made there.
    """
    check_workspace(destination)
    if not os.path.lexists(destination):
        return
    if not destination.is_dir():
        raise DestinationError(f"{destination} exists and is not a directory", hint="choose another destination")
    _check_empty(destination, {".git"})


def _check_empty(directory: Path, ignored: Collection[str]) -> None:
    found = sorted(entry.name for entry in directory.iterdir() if entry.name not in ignored)
    if found:
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise DestinationError(
            f"{directory} is not empty, in the way: {', '.join(found[:_NAMED])}{more}",
            hint="choose another destination: svcgen new NAME DESTINATION; redirect output elsewhere: > ../made.json",
        )


class Staging:
    """A directory under construction, on the file system of its destination.

    A new destination is prepared beside itself. One that exists, and may be a mount point or the working directory of
    a shell, is prepared inside itself, so that it is filled and not replaced.
    """

    def __init__(self, destination: Path) -> None:
        """Touch nothing yet.

        Args:
            destination: An absolute path that `check_destination` has accepted.
        """
        self._destination = destination
        self._fills = destination.is_dir()
        self._had_git = (destination / ".git").exists()
        self._scratch: Path | None = None
        self._parents: list[Path] = []
        self._filling = False
        self._published = False

    @property
    def project(self) -> Path:
        """Where the files are: in the hidden directory, and after `publish` in the destination."""
        return self._destination if self._published else self.scratch / "project"

    @property
    def scratch(self) -> Path:
        """A directory for what must not become part of the project."""
        if self._scratch is None:
            raise RuntimeError("open() comes first")
        return self._scratch

    def open(self) -> None:
        """Make the hidden directory, and the destination's parents."""
        base = self._destination if self._fills else self._destination.parent
        with held():
            for parent in reversed([base, *base.parents]):
                if not parent.exists():
                    parent.mkdir()
                    self._parents.append(parent)
            self._scratch = Path(tempfile.mkdtemp(prefix=f".{self._destination.name}.svcgen-", dir=base))
        self.project.mkdir()
        if (self._destination / ".git").is_dir():
            shutil.copytree(self._destination / ".git", self.project / ".git", symlinks=True)

    def publish(self) -> None:
        """Move the project to the destination.

        Raises:
            DestinationError: Something has appeared there meanwhile.
            OSError: It can't be moved; `undo` puts everything back.
        """
        with held():
            if self._fills:
                _check_empty(self._destination, {".git", self.scratch.name})
                self._filling = True
            for source, target in self._moves():
                source.rename(target)
            self._published = True

    def undo(self) -> None:
        """Remove all that was made and put back what was there."""
        with held():
            if self._filling:
                self._empty()
            elif self._published:
                shutil.rmtree(self._destination)
            self.close()
            for parent in reversed(self._parents):
                parent.rmdir()

    def close(self) -> None:
        """Remove the hidden directory."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch)

    def _moves(self) -> list[tuple[Path, Path]]:
        if not self._fills:
            return [(self.project, self._destination)]
        moves = [(entry, self._destination / entry.name) for entry in self.project.iterdir()]
        git = self._destination / ".git"
        return [(git, self.scratch / "git"), *moves] if git.is_dir() else moves

    def _empty(self) -> None:
        """Take everything out of a destination that held nothing, or only `.git`."""
        previous = self.scratch / "git"
        kept = {self.scratch.name, ".git"} if self._had_git and not previous.exists() else {self.scratch.name}
        for entry in self._destination.iterdir():
            if entry.name not in kept:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        if previous.exists():
            previous.rename(self._destination / ".git")
