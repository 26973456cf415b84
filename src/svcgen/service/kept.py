"""What a destination held before the service, and which of it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from svcgen.errors import DestinationError
from svcgen.service.existing import Existing, Kept
from svcgen.service.first_commit import service_files
from svcgen.template.recorded import ANSWERS_FILE, KEPT

# Nothing in a service reads them.
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
    """What was in a destination.

    Attributes:
        existing: All of it.
        kept: What is in the place of the template's files.
        foreign: Folders and modules that a service does not have.
    """

    existing: Existing
    kept: tuple[Kept, ...] = ()
    foreign: tuple[str, ...] = ()

    @classmethod
    def compare(cls, existing: Existing, project: Path) -> "Found":
        """Compare a destination with the template's files, before they are published.

        Args:
            existing: What is in the destination.
            project: Where the template's files are.
        """
        files = service_files(project)
        return cls(existing, existing.kept(project, files), existing.foreign(files))


def is_needed(kept: Kept) -> bool:
    """Tell whether a service may not work with the user's version of a file."""
    return kept.path not in _FOR_PEOPLE and not kept.path.startswith(".vscode/")


def record(project: Path, kept: Iterable[Kept]) -> None:
    """Write the paths of the kept files into the answers file, for later updates.

    Args:
        project: The new service, before it is published.
        kept: What is kept.

    Raises:
        DestinationError: The answers file itself is kept; then it would not be a service.
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
