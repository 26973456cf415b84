"""Lock a new service to the versions that this release of svcgen was tested with."""

import json
import re
import shutil
from pathlib import Path

from svcgen.system.uv import Uv

EXPORT = (
    "uv export --format requirements-txt --no-dev --no-emit-project --no-header --no-annotate"
    " --output-file requirements.txt"
)


def lock(project: Path, place: Path, python: str, uv: Uv) -> None:
    """Write `uv.lock` with the tested versions.

    uv reads constraints only from pyproject.toml, and keeps the versions of an existing lock. So the service is locked
    with constraints in a temporary directory, and then again without them.

    Args:
        project: The service.
        place: An empty directory, outside of any uv workspace.
        python: Its Python version, such as "3.13".
        uv: Set up for that version.

    Raises:
        ToolError: uv fails.
    """
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    constraints = (Path(__file__).parent / "constraints" / f"{python}.txt").read_text(encoding="utf-8")
    for content in (_constrain(pyproject, constraints.splitlines()), pyproject):
        (place / "pyproject.toml").write_text(content, encoding="utf-8")
        uv.run(place, "lock")
    shutil.copyfile(place / "uv.lock", project / "uv.lock")


def export(project: Path, uv: Uv) -> None:
    """Write `requirements.txt` from `uv.lock`.

    Args:
        project: The service's directory.
        uv: The uv to run.

    Raises:
        ToolError: uv fails.
    """
    uv.run(project, *EXPORT.split()[1:], "--quiet", "--frozen")


def sync(project: Path, uv: Uv) -> None:
    """Create the virtual environment.

    Args:
        project: The service's directory.
        uv: The uv to run.

    Raises:
        ToolError: uv fails.
    """
    uv.run(project, "sync", "--frozen")


def _constrain(pyproject: str, constraints: list[str]) -> str:
    setting = f"constraint-dependencies = {json.dumps(constraints)}\n"
    changed, count = re.subn(r"(?m)^\[tool\.uv\]\n", lambda header: header[0] + setting, pyproject)
    return changed if count else f"{pyproject}\n[tool.uv]\n{setting}"
