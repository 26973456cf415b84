"""Finds uv, and the Python for a service where uv would trip over it."""

import os
import re
import shutil
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.events import Notify
from svcgen.process import run

# They belong to the environment that svcgen itself runs in, or would change what a plain `uv lock` or `uv sync` does.
_FOREIGN = frozenset({"UV_FROZEN", "UV_LOCKED", "UV_NO_SYNC", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV"})


@dataclass(frozen=True)
class Uv:
    """uv, set up for services of one Python version."""

    program: Path
    environ: Mapping[str, str]
    notify: Notify

    @classmethod
    def find(cls, python: str, notify: Notify) -> "Uv":
        """Return uv for a Python version such as "3.13".

        Raises:
            ToolError: uv is nowhere; the message lists every place searched.
        """
        environ = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        interpreter = None if "UV_PYTHON" in environ else _find_pyenv_python(python)
        if interpreter:
            environ["UV_PYTHON"] = str(interpreter)
        return cls(_find_uv(), environ, notify)

    def run(self, directory: Path, *arguments: str) -> str:
        """Run uv in a directory, from its cache alone where that is enough.

        What `uv run` starts runs once, whatever comes of it: only the sync before it may need the network.

        Raises:
            ToolError: uv or the command fails.
        """
        if arguments[0] == "run":
            self.run(directory, "sync", "--frozen", "--inexact")
            return self._run(directory, "run", "--no-sync", *arguments[1:])
        try:
            return self._run(directory, "--offline", *arguments)
        except ToolError:
            # Also where a cached index is too old for what is asked, which uv does not tell from a real conflict.
            return self._run(directory, *arguments)

    def _run(self, directory: Path, *arguments: str) -> str:
        return run(self.program, *arguments, cwd=directory, environ=self.environ, notify=self.notify)


def _find_uv() -> Path:
    """Return the first uv that is no pyenv shim: a shim fails wherever `.python-version` names a Python without uv."""
    places = list(dict.fromkeys(_uv_places()))
    for place in places:
        found = shutil.which("uv", path=place)
        if found:
            return Path(found)
    raise ToolError("uv is in none of: " + ", ".join(map(str, places)), hint="install it with: pip install uv")


def _uv_places() -> Iterator[Path]:
    for entry in os.get_exec_path():
        if entry and not entry.endswith("/shims"):
            yield Path(entry)
    yield Path(sysconfig.get_path("scripts"))
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
    yield from sorted(_pyenv_versions().glob("*/bin"), reverse=True)


def _find_pyenv_python(version: str) -> Path | None:
    """Return the newest patch release that pyenv has; its shims on PATH fail where that one is not selected."""
    patches = {}
    if not re.fullmatch(r"\d\.\d+", version):  # an answer that was never checked
        return None
    for home in _pyenv_versions().glob(f"{version}.*"):
        match = re.fullmatch(re.escape(version) + r"\.(\d+)", home.name)
        interpreter = home / "bin" / f"python{version}"
        if match and os.access(interpreter, os.X_OK):
            patches[int(match[1])] = interpreter
    return patches[max(patches)] if patches else None


def _pyenv_versions() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
