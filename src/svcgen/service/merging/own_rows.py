"""Add a service's own rows to both renderings, so that a merge has no conflict beside them.

git reports a conflict if both sides change neighbouring lines. The template may reword the neighbours of a table row,
of a router in its list, or of an entry under "Recent significant changes". These rows don't depend on their neighbours.
So they are added to both renderings, and the merge finds them on all three sides.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

# The template writes this section once; then the team owns it.
RECENT = "## Recent significant changes"
# The modules that list every resource, and their lists.
LISTS = {"app/api/__init__.py": "routers", "app/models/__init__.py": "__all__"}


def with_own_rows(path: str, renderings: Sequence[str], service: str) -> list[str]:
    """Return renderings of a file with the rows that only the service has, in the same place.

    If one rendering has no place for a row, neither gets it: a merge deletes a row that only the base has. A file that
    only one rendering has is unchanged.

    Args:
        path: The file, relative to the service.
        renderings: Its renderings by the template: for a merge, the old one and the new one.
        service: The content of the file in the service.
    """
    texts = list(renderings)
    if len(texts) == 1:
        return texts
    if path in LISTS:
        return _with_list(texts, service, LISTS[path])
    if not path.endswith(".md"):
        return texts
    for title in _tables(service):
        texts = _with_rows(texts, service, title)
    return _with_recent(texts, service)


@dataclass(frozen=True)
class _Table:
    """A table of a Markdown file: the number of its first row, and its rows by their first cell."""

    start: int
    rows: dict[str, str]


def _tables(text: str) -> dict[str, _Table]:
    """Return the tables of a Markdown file by the heading above them and their header row."""
    lines = text.split("\n")
    found: list[tuple[str, _Table]] = []
    heading = ""
    for number, line in enumerate(lines):
        heading = line.strip() if line.startswith("#") else heading
        if number and lines[number - 1].startswith("|") and re.fullmatch(r"\|[\s:|-]*-[\s:|-]*", line):
            end = number + 1
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            rows = {_cells(row)[0]: row for row in lines[number + 1 : end]}
            if len(rows) == end - number - 1:
                found.append((f"{heading}\n{_cells(lines[number - 1])}", _Table(number + 1, rows)))
    titles = [title for title, _table in found]
    return {title: table for title, table in found if titles.count(title) == 1}


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _with_rows(texts: list[str], service: str, title: str) -> list[str]:
    """Add the service's own rows of a table below the rows that precede them in the service."""
    ours = _tables(service)[title].rows
    tables = [_tables(text).get(title) for text in texts]
    known = {key for table in tables if table for key in table.rows}
    own = [key for key in ours if key not in known]
    changed = []
    for text, table in zip(texts, tables, strict=True):
        if table is None:
            return texts
        keys = list(table.rows)
        for key in own:
            before = [other for other in list(ours)[: list(ours).index(key)] if other in keys]
            keys.insert(keys.index(before[-1]) + 1 if before else 0, key)
        lines = text.split("\n")
        lines[table.start : table.start + len(table.rows)] = [{**ours, **table.rows}[key] for key in keys]
        changed.append("\n".join(lines))
    return changed


def _with_recent(texts: list[str], service: str) -> list[str]:
    """Replace the entries under "Recent significant changes" with the service's, including the date of its creation."""
    section = re.compile(rf"(?<=^{RECENT}\n).*?(?=^#|\Z)", re.MULTILINE | re.DOTALL)
    ours = section.search(service)
    if ours is None or not all(section.search(text) for text in texts):
        return texts
    return [section.sub(lambda _match: ours[0], text, count=1) for text in texts]


def _with_list(texts: list[str], service: str, name: str) -> list[str]:
    """Replace a list and its imports with the service's, if the service has every item of the renderings."""
    ours = _Parts.of(service, name)
    parts = [_Parts.of(text, name) for text in texts]
    if ours is None or any(part is None or not part.said <= ours.said for part in parts):
        return texts
    return [part.replaced_by(ours) for part in parts if part]


@dataclass(frozen=True)
class _Parts:
    """A module with imports and a list: its lines, the positions of both, and their items."""

    lines: list[str]
    imports: slice
    items: slice
    said: frozenset[str]

    @classmethod
    def of(cls, text: str, name: str) -> "_Parts | None":
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError):
            return None
        imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
        lists = [node for node in body if re.match(rf"{name}\b.*? = [\[(]", ast.unparse(node))]
        if not imports or len(lists) != 1 or lists[0].lineno <= (imports[-1].end_lineno or 0):
            return None
        lines = text.split("\n")
        first, second = (slice(nodes[0].lineno - 1, nodes[-1].end_lineno) for nodes in (imports, lists))
        comments = [line.strip() for line in lines[first] + lines[second] if line.lstrip().startswith("#")]
        imported = [ast.unparse(alias) for node in imports for alias in node.names]
        head, _, items = ast.unparse(lists[0]).partition(" = ")
        return cls(lines, first, second, frozenset([head, *re.findall(r"[\w.'*]+", items), *imported, *comments]))

    def replaced_by(self, other: "_Parts") -> str:
        lines = self.lines.copy()
        lines[self.items], lines[self.imports] = other.lines[other.items], other.lines[other.imports]
        return "\n".join(lines)
