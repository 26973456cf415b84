"""Adds to files of a service that its team owns, touching nothing else in them."""

import ast
import re
from collections.abc import Collection

from svcgen.errors import ServiceError
from svcgen.resource.code.modules import assigned


def add_router(source: str, package: str, module: str) -> str:
    """Import a module of routers into its package and put its router at the end of the list `routers`.

    Args:
        source: The source code.
        package: The dotted name of the package.
        module: The name of the module.
    """
    return add_import(_append(source, "routers", f"{module}.router"), f"from {package} import {module}")


def add_model(source: str, module: str, model: str) -> str:
    """Import a model where Alembic sees it, and export it as the others are.

    Args:
        source: The source code.
        module: The dotted name of its module.
        model: The name of its class.
    """
    exported = assigned(ast.parse(source), "__all__")
    if exported is None:
        # So that no linter takes it for unused.
        return add_import(source, f"from {module} import {model} as {model}")
    return add_import(_append(source, "__all__", f'"{model}"'), f"from {module} import {model}")


def add_line(source: str, headings: Collection[str], line: str) -> str | None:
    """Put a line at the top of the list under a heading of a Markdown file; None where that heading is missing.

    Args:
        source: The file.
        headings: The heading, with those above it where they are needed to tell it apart.
        line: The line.
    """
    lines = source.splitlines(keepends=True)
    place = 0
    for heading in headings:
        found = [number for number, text in enumerate(lines[place:], place) if text.strip().lower() == heading.lower()]
        if not found:
            return None
        place = found[0] + 1
    while place < len(lines) and not lines[place].strip():
        place += 1
    if place == len(lines) or not re.match(r"[-*] ", lines[place]):
        return None
    return "".join([*lines[:place], f"{lines[place][0]} {line}\n", *lines[place:]])


def add_row(source: str, after: str, row: tuple[str, str]) -> str | None:
    """Put a row into the table of a Markdown file that has a row for `after`; None where there is none.

    Args:
        source: The document.
        after: The first cell of an existing row.
        row: Its cells.
    """
    lines = source.splitlines(keepends=True)
    for number, text in enumerate(lines):
        if re.match(rf"\|\s*`{re.escape(after)}`\s*\|", text):
            return "".join([*lines[: number + 1], f"| `{row[0]}` | {row[1]} |\n", *lines[number + 1 :]])
    return None


def _append(source: str, name: str, item: str) -> str:
    """Add an item to a list or tuple that a module assigns to a name."""
    value = assigned(ast.parse(source), name)
    if not isinstance(value, ast.List | ast.Tuple):
        raise ServiceError(
            f"{name} is not a list literal, so {item} can't be added to it", hint=f"write it as {name} = [...]"
        )
    if value.elts:
        last = value.elts[-1]
        return _insert(source, last.end_lineno or 1, last.end_col_offset or 0, f", {item}")
    comma = "," if isinstance(value, ast.Tuple) else ""
    return _insert(source, value.lineno, value.col_offset + 1, item + comma)


def _insert(source: str, line: int, column: int, text: str) -> str:
    """Write at a place of the syntax tree, whose columns count bytes."""
    encoded = source.encode()
    place = sum(len(before) for before in encoded.splitlines(keepends=True)[: line - 1]) + column
    return (encoded[:place] + text.encode() + encoded[place:]).decode()


def add_import(source: str, statements: str) -> str:
    """Write imports behind the last one at the top level, else behind the docstring.

    Args:
        source: The source code.
        statements: The imports.
    """
    tree = ast.parse(source)
    places = [node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if not places and ast.get_docstring(tree) is not None:
        places = [tree.body[0].end_lineno or 0]
    lines = source.splitlines(keepends=True)
    place = max(places, default=0)
    return "".join([*lines[:place], f"{statements}\n", *lines[place:]])
