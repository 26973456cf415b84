"""Find and record the files of a destination that existed before the service."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from svcgen.errors import DestinationError
from svcgen.service.placement.existing import Existing, Kept
from svcgen.service.placement.first_commit import service_files
from svcgen.template.recorded import ANSWERS_FILE, KEPT

# No code of a service reads these.
_FOR_PEOPLE = frozenset(
    {
        ".editorconfig",
        ".env",
        ".gitattributes",
        ".github/CODEOWNERS",
        ".github/SECURITY.md",
        ".github/renovate.json",
        ".gitignore",
        ".pre-commit-config.yaml",
        "CHANGELOG.md",
        "README.md",
    }
)
_RECORD = "\n# Yours from before svcgen: updates leave these files as they are.\n"


@dataclass(frozen=True)
class Found:
    """The earlier content of a destination.

    Attributes:
        existing: All of its content.
        kept: The files in the place of the template's files.
        foreign: Folders and modules that are not part of a service.
    """

    existing: Existing
    kept: tuple[Kept, ...] = ()
    foreign: tuple[str, ...] = ()

    @classmethod
    def compare(cls, existing: Existing, project: Path) -> "Found":
        """Compare a destination with the template's files, before they are published.

        Args:
            existing: The content of the destination.
            project: The directory of the template's files.
        """
        files = service_files(project)
        return cls(existing, existing.kept(project, files), existing.foreign(files))


def is_needed(kept: Kept) -> bool:
    """Return whether the service may fail with the user's version of a file."""
    return kept.path not in _FOR_PEOPLE and not kept.path.startswith(".vscode/")


def record(project: Path, kept: Iterable[Kept]) -> None:
    """Write the paths of the kept files into the answers file, for later updates.

    Args:
        project: The new service, before it is published.
        kept: The kept files.

    Raises:
        DestinationError: The answers file itself is in the way, and every service has one.
    """
    paths = {one.path: one.yours for one in kept}
    if ANSWERS_FILE in paths:
        raise DestinationError(
            f"{paths[ANSWERS_FILE]} is in the way of {ANSWERS_FILE}, which every service has",
            hint="choose another destination, or move it",
        )
    if paths:
        rows = yaml.safe_dump({KEPT: sorted(paths)}, allow_unicode=True)
        with (project / ANSWERS_FILE).open("a", encoding="utf-8") as file:
            file.write(_RECORD + rows)
