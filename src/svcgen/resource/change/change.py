"""Plan the files that new resources add to a service, and their lines in existing files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from svcgen.resource.change import edits
from svcgen.resource.change.collisions import check_free, check_references
from svcgen.resource.change.types_file import add_types
from svcgen.resource.code.generate import generate, used_types
from svcgen.resource.code.layout import FACTORIES, MODELS, Layout
from svcgen.resource.code.modules import read
from svcgen.resource.spec import Resource
from svcgen.system.bundle import find_root
from svcgen.system.links import real_path

# What resources import from the template. A service of an older release gets the files with its first new resource.
SHARED = (
    Path("app/core/__init__.py"),
    Path("app/core/etag.py"),
    Path("app/core/rows.py"),
    Path("tests/core/__init__.py"),
    Path("tests/core/resource_contract.py"),
)
TYPES = Path("app/schemas/types.py")
AGENTS = Path("AGENTS.md")
CHANGELOG = Path("CHANGELOG.md")


@dataclass
class Change:
    """A planned change of a service.

    Attributes:
        root: The service's directory.
        added: The content of new files.
        edited: The new content of existing files.
        notes: Edits that svcgen could not make, with instructions.
    """

    root: Path
    added: dict[Path, str] = field(default_factory=dict)
    edited: dict[Path, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def read(self, file: Path, missing: str = "") -> str:
        """Return what will be in a file, or `missing` where there will be none.

        Args:
            file: The file, relative to the service.
            missing: What to return where there is no such file.
        """
        planned = {**self.added, **self.edited}.get(file)
        if planned is None and (self.root / file).exists():
            return read(self.root, file)
        return missing if planned is None else planned

    def put(self, file: Path, text: str) -> None:
        """Plan what will be in a file.

        Args:
            file: The file, relative to the service.
            text: Its new content.
        """
        (self.edited if (self.root / file).exists() else self.added)[file] = text


def plan_change(resources: Sequence[Resource], layout: Layout, prefix: str = "/") -> Change:
    """Plan everything that resources change except their migration; write nothing.

    Args:
        resources: What to add.
        layout: The service.
        prefix: The prefix of the plural in the path of their routes.

    Raises:
        SpecError: A resource collides with another one, or refers to a missing one.
        ServiceError: The layout of the service does not allow it.
    """
    for resource in resources:
        check_free(resource, layout, {TYPES, *SHARED})
        layout = layout.including(resource)
    change = Change(layout.root)
    for resource in resources:
        check_references(resource, layout)
        _add(resource, layout, change, prefix)
    # Documents list the newest line first.
    for resource in reversed(resources):
        _document(resource, change, prefix)
    return change


def in_place(change: Change) -> Change:
    """Return a change with the symbolic links of the service resolved.

    Raises:
        ServiceError: A link leads out of the service.
    """
    added, edited = (
        {real_path(change.root, file): text for file, text in files.items()} for files in (change.added, change.edited)
    )
    return Change(change.root, added, edited, change.notes)


def write_all(root: Path, files: Mapping[Path, str]) -> None:
    """Write files below a directory.

    Args:
        root: The service's directory.
        files: The content of each file, by its path relative to the root.
    """
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")


def _add(resource: Resource, layout: Layout, change: Change, prefix: str) -> None:
    change.added.update(generate(resource, layout, prefix))
    for file in SHARED:
        if not (layout.root / file).exists():
            change.added[file] = (find_root() / "template" / file).read_text(encoding="utf-8")
    types = change.read(TYPES, '"""Types that the schemas share."""\n')
    change.put(TYPES, add_types(types, used_types(resource)))
    for package in (Path("tests/api/__init__.py"), FACTORIES / "__init__.py"):
        if not (layout.root / package).exists():
            change.added[package] = ""
    routers = edits.add_router(change.read(layout.routers), layout.api_package, resource.plural)
    change.put(layout.routers, routers)
    change.put(MODELS, edits.add_model(change.read(MODELS), f"app.models.{resource.name}", resource.model))


def _document(resource: Resource, change: Change, prefix: str) -> None:
    path = f"`{prefix}{resource.plural}`"
    words = resource.plural.replace("_", " ")
    line = f"{datetime.now(UTC).date().isoformat()}: Added {words}, served at {path}."
    _note(change, AGENTS, f'"{line}" under "Recent significant changes"', lambda text: add_recent(text, line))
    if Path("app/core/__init__.py") in change.added:
        _map(change, ("app/core/", "the plumbing, which you need not read"))
    if (change.root / CHANGELOG).exists():
        line = f"{words.capitalize()}: {path}."
        headings = ("## Unreleased", "### Added")
        _note(change, CHANGELOG, f'"{line}" under "Unreleased"', lambda text: edits.add_line(text, headings, line))


def _map(change: Change, row: tuple[str, str]) -> None:
    _note(change, AGENTS, f"a row for {row[0]} to the file map", lambda text: add_to_map(text, row))


def add_recent(text: str, line: str) -> str | None:
    """Record a change in AGENTS.md.

    Args:
        text: AGENTS.md.
        line: The change, with its date.
    """
    return edits.add_line(text, ("## Recent significant changes",), line)


def add_to_map(text: str, row: tuple[str, str]) -> str | None:
    """Add a row to the file map of AGENTS.md, unless it has it, between two rows that no release rewords.

    Args:
        text: AGENTS.md.
        row: Its cells.
    """
    return text if f"`{row[0]}`" in text else edits.add_row(text, "app/db.py", row)


def _note(change: Change, file: Path, what: str, edit: Callable[[str], str | None]) -> None:
    """Edit a document; where it is not as it was made, say what to write by hand."""
    text = change.read(file)
    edited = edit(text)
    if edited is None:
        change.notes.append(f"{file} has another structure than expected; add by hand: {what}")
    elif edited != text:
        change.edited[file] = edited
