"""svcgen as a child process, the repository that it is in, and its newest release."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from support.helpers import git
from svcgen.template.history import carried_versions

ROOT = Path(__file__).parents[2]
RELEASE = carried_versions()[-1]


class Svcgen(Protocol):
    def __call__(self, *arguments: str, cwd: str = "", **environ: str) -> subprocess.CompletedProcess[str]: ...


def commit_all(directory: Path, environ: Mapping[str, str]) -> None:
    git(directory, "add", "--all", environ=environ)
    git(directory, "commit", "--quiet", "--allow-empty", "--message", "Change", environ=environ)
