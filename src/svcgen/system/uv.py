"""Find uv, and the Python for a service where uv itself would fail to find it."""

import os
import re
import shutil
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.system.process import execute, run
from svcgen.system.steps import Notify
from svcgen.system.uv_environ import uv_environ

# The first version whose `uv export` has every option of `lock.EXPORT`.
NEEDED = (0, 6, 11)


@dataclass(frozen=True)
class Uv:
    """uv, set up for services of one Python version."""

    program: Path
    environ: Mapping[str, str]
    notify: Notify

    @classmethod
    def find(cls, python: str, notify: Notify) -> "Uv":
        """Return uv for a Python version such as "3.13".

        Args:
            python: The version.
            notify: Receives the commands.

        Raises:
            ToolError: uv is not found, and the message lists every searched place; or it is too old.
        """
        environ = uv_environ()
        interpreter = None if "UV_PYTHON" in environ else _find_pyenv_python(python)
        if interpreter:
            environ["UV_PYTHON"] = str(interpreter)
        program = next(_uvs(), None)
        if program is None:
            places = ", ".join(dict.fromkeys(map(str, _uv_places())))
            raise ToolError(f"uv was not found in: {places}", hint="install it with: pip install uv")
        _check_version(program)
        return cls(program, environ, notify)

    def run(self, directory: Path, *arguments: str) -> str:
        """Run uv in a directory: first from its cache alone, then with the network.

        `uv run` starts its command only once: only the sync before it may need the network.

        Raises:
            ToolError: uv or the command fails.
        """
        if arguments[0] == "run":
            self.run(directory, "sync", "--frozen", "--inexact")
            return self._run(directory, "run", "--no-sync", *arguments[1:])
        try:
            return self._run(directory, "--offline", *arguments)
        except ToolError:
            # A cached index can be too old for the request; uv reports that like a real conflict.
            return self._run(directory, *arguments)

    def _run(self, directory: Path, *arguments: str) -> str:
        return run(self.program, *arguments, cwd=directory, environ=self.environ, notify=self.notify)


def check_uv() -> None:
    """Refuse a uv that is too old, before it is used. A missing uv is reported later.

    Raises:
        ToolError: It is too old.
    """
    if program := next(_uvs(), None):
        _check_version(program)


@cache
def _check_version(program: Path) -> None:
    # A wrapper that prints something else is accepted.
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", execute(program, "--version", accept=range(256)).text)
    if found and tuple(map(int, found.groups())) < NEEDED:
        needed = ".".join(map(str, NEEDED))
        raise ToolError(
            f"{program} is {found[0]}, and svcgen needs {needed} or newer",
            hint="upgrade it the way it was installed: uv self update, or pip install --upgrade uv",
        )


def _uvs() -> Iterator[Path]:
    """Yield each uv that is not a pyenv shim: a shim fails where `.python-version` names a Python without uv."""
    for place in _uv_places():
        if found := shutil.which("uv", path=place):
            yield Path(found)


def _uv_places() -> Iterator[Path]:
    for entry in os.get_exec_path():
        if entry and not entry.endswith("/shims"):
            yield Path(entry)
    yield Path(sysconfig.get_path("scripts"))
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
    yield from sorted(_pyenv_versions().glob("*/bin"), reverse=True)


def _find_pyenv_python(version: str) -> Path | None:
    """Return the newest patch release that pyenv has; its shims fail unless that version is selected."""
    patches = {}
    if not re.fullmatch(r"\d\.\d+", version):  # an answer that was not validated
        return None
    for home in _pyenv_versions().glob(f"{version}.*"):
        match = re.fullmatch(re.escape(version) + r"\.(\d+)", home.name)
        interpreter = home / "bin" / f"python{version}"
        if match and os.access(interpreter, os.X_OK):
            patches[int(match[1])] = interpreter
    return patches[max(patches)] if patches else None


def _pyenv_versions() -> Path:
    # Path.home() raises if the user has no home directory.
    return Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")) / "versions"  # noqa: PTH111
