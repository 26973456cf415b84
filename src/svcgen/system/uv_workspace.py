"""Find the uv workspace that a directory would be a member of.

In a member, uv locks the whole workspace at its root. A service has its own lock.
"""

import json
import posixpath
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from svcgen.errors import DestinationError
from svcgen.system.bounded import load_toml, read_bounded


def check_workspace(destination: Path) -> None:
    """Refuse a destination that would be a member of a uv workspace.

    Args:
        destination: The directory of the new service; it need not exist.

    Raises:
        DestinationError: It would be a member, or uv can't read the file that decides it.
    """
    place = destination.resolve()
    # The nearest file decides, as for uv.
    file = next((root / "pyproject.toml" for root in place.parents if (root / "pyproject.toml").is_file()), None)
    if file is None:
        return
    workspace = _read_workspace(file)
    path = place.relative_to(file.parent).as_posix()
    excluded = _texts(workspace.get("exclude"))
    if _matches(path, _texts(workspace.get("members"))) and not _matches(path, excluded):
        raise DestinationError(
            f"{destination} would be a member of the uv workspace in {file}, and have no lock of its own",
            hint=_two_ways(path, file, [*excluded, path]),
        )


def _two_ways(path: str, file: Path, exclude: Sequence[str]) -> str:
    name = posixpath.basename(path)
    return (
        "choose one of two ways:\n"
        f"- A service with its own lock: write this line below [tool.uv.workspace] in {file}, and run svcgen again:\n"
        f"  exclude = {json.dumps(exclude, ensure_ascii=False)}\n"
        "- A member: create the service outside of the workspace with --no-sync, move it here, and run: uv lock\n"
        "  All members share one uv.lock and one Python version. Run `uv lock --check` at the root of the workspace,\n"
        f"  and add `--package {name}` to the `uv export` in scripts/lock.py."
    )


def _read_workspace(file: Path) -> Mapping[str, Any]:
    try:
        workspace = load_toml(read_bounded(file)).get("tool", {}).get("uv", {}).get("workspace", {})
    except (ValueError, AttributeError, OSError) as error:
        raise DestinationError(f"uv can't read {file}: {error}", hint="correct that file first") from error
    return workspace if isinstance(workspace, dict) else {}


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(_fits(tuple(path.split("/")), tuple(posixpath.normpath(pattern).split("/"))) for pattern in patterns)


@cache  # several ** would take exponential time
def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Return whether a path matches a pattern in which `*` stays inside a folder and `**` does not."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[start:], pattern[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
