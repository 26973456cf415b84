"""The types that the schemas of a service share: app/schemas/types.py."""

import ast
from collections.abc import Collection

from svcgen.resource.change.edits import add_import
from svcgen.resource.code.imports import KNOWN, import_block, used_names
from svcgen.resource.code.shared import OUTDATED, TYPES, types_in


def add_types(source: str, names: Collection[str]) -> str:
    """Define shared types that are missing, and bring those up to date that are as an earlier release wrote them.

    Args:
        source: The module.
        names: What a resource needs; a type that the team has changed stays as it is.
    """
    needed = types_in(" ".join(names))
    outdated = [name for name in OUTDATED if name in needed and _has(source, OUTDATED[name])]
    source, place = _without(source, [OUTDATED[name] for name in outdated])
    defined = _defined(source)
    missing = [name for name in TYPES if name in needed - defined]
    if not missing:
        return source
    bodies = "\n\n".join(TYPES[name] for name in missing)
    imported = {alias.asname or alias.name for node in ast.parse(source).body for alias in getattr(node, "names", [])}
    known = {name: module for name, module in KNOWN.items() if name not in {*TYPES, *imported}}
    lines = source.splitlines(keepends=True)
    before, after = "".join(lines[:place]).rstrip("\n"), "".join(lines[place:]).strip("\n")
    source = f"{before}\n\n\n{bodies}" + (f"\n\n{after}\n" if after else "")
    block = import_block(used_names(bodies), known).replace("\n\n", "\n").strip()
    return add_import(source, block) if block else source


def _defined(source: str) -> set[str]:
    """Return the names of the functions, classes and variables at the top level of a module."""
    body = ast.parse(source).body
    targets = (target for node in body for target in getattr(node, "targets", [getattr(node, "target", None)]))
    return {getattr(node, "name", "") for node in body} | {getattr(target, "id", "") for target in targets}


def _has(source: str, definition: str) -> bool:
    return _dumps(definition) <= _dumps(source)


def _dumps(source: str) -> set[str]:
    return {ast.dump(node) for node in ast.parse(source).body}


def _without(source: str, definitions: Collection[str]) -> tuple[str, int]:
    """Return a module without definitions and the comments above them, and the number of lines before the first."""
    lines = source.splitlines(keepends=True)
    gone = {dump for definition in definitions for dump in _dumps(definition)}
    kept, place = lines.copy(), len(lines)
    for node in reversed([node for node in ast.parse(source).body if ast.dump(node) in gone]):
        first = place = node.lineno - 1
        while first and lines[first - 1].startswith("#"):
            first = place = first - 1
        kept[first : node.end_lineno] = []
    return "".join(kept), place
