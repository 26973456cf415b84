"""Copies of a service at odd places and for other users, and what their processes leave behind."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from service.conftest import Service, environment


@dataclass(frozen=True)
class Place:
    """A service of its own, and a variable that all its processes have."""

    service: Path
    mark: str

    @property
    def environ(self) -> dict[str, str]:
        return {**environment(), "UNTIDY": self.mark, "PYTHONDONTWRITEBYTECODE": "1"}

    def python(self, *arguments: str | Path, folder: str = ".", **environ: str) -> "subprocess.Popen[str]":
        """Start the service's Python in a folder of it."""
        return self.popen(arguments, {**self.environ, **environ}, folder)

    def popen(
        self, arguments: Sequence[str | Path], environ: Mapping[str, str], folder: str = ".", *, user: int | None = None
    ) -> "subprocess.Popen[str]":
        """Start the service's Python, as another user too."""
        return subprocess.Popen(
            [self.service / ".venv" / "bin" / "python", *arguments],
            cwd=self.service / folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )

    def run(self, *arguments: str | Path, folder: str = ".", **environ: str) -> tuple[int, str]:
        with self.python(*arguments, folder=folder, **environ) as process:
            output, _ = process.communicate()
        return process.returncode, output

    def processes(self, name: str = "") -> list[int]:
        """Return those that live, of all that this place has started."""
        return [pid for pid, command in _running(f"UNTIDY={self.mark}") if name in command]

    def kill(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def wait_until(self, condition: Callable[[], object], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _running(variable: str) -> Iterator[tuple[int, str]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if variable in (process / "environ").read_bytes().decode(errors="replace").split("\0"):
                yield int(process.name), (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # it has ended, or is somebody else's
            continue


@contextmanager
def place(service: Service, name: str = "service", *, environment_too: bool = False) -> Iterator[Place]:
    """Copy a service to a folder that everybody may enter, with its virtual environment or a link to it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = Path(folder) / name
        shutil.copytree(service.path, copy, ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__"))
        if environment_too:
            shutil.copytree(service.path / ".venv", copy / ".venv", symlinks=True, copy_function=os.link)
        else:
            (copy / ".venv").symlink_to(service.path / ".venv")
        made = Place(copy, uuid4().hex)
        try:
            yield made
        finally:
            made.kill()


def open_python(place: Place, folder: Path) -> None:
    """Let the virtual environment of a copy begin with a Python that everybody may run, which root's own may not be."""
    python = place.service / ".venv" / "bin" / "python"
    prefix = python.resolve().parents[1]
    shutil.copytree(prefix, folder, symlinks=True, copy_function=os.link)
    config = place.service / ".venv" / "pyvenv.cfg"
    content = re.sub(r"home = .*", f"home = {folder / 'bin'}", config.read_text(encoding="utf-8"))
    config.unlink()
    config.write_text(content, encoding="utf-8")
    target = folder / "bin" / python.resolve().name
    python.unlink()
    python.symlink_to(target)
