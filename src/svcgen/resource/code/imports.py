"""Writes the imports of a generated module: those of the names that it uses."""

import ast
from collections.abc import Mapping

_MODULES = {
    "json": "",
    "re": "",
    "datetime": "UTC date datetime time timedelta",
    "decimal": "Decimal",
    "http": "HTTPStatus",
    "itertools": "count",
    "typing": "Annotated Any Literal Self TypedDict",
    "uuid": "UUID",
    "fastapi": "APIRouter Query Request Response",
    "pydantic": "AwareDatetime BaseModel BeforeValidator ConfigDict Field JsonValue PlainSerializer RootModel"
    " StrictBool StrictFloat WithJsonSchema with_config",
    "sqlalchemy": "ARRAY BigInteger Boolean CheckConstraint Date DateTime Double Enum ForeignKey Identity Numeric Text"
    " Time Uuid func select",
    "sqlalchemy.dialects.postgresql": "JSONB",
    "sqlalchemy.ext.asyncio": "AsyncSession",
    "sqlalchemy.orm": "Mapped mapped_column",
    "app.core.etag": "IfMatch etag",
    "app.core.rows": "CHANGE CONFLICT READ create find save",
    "app.deps": "ReadSessionDep SessionDep",
    "app.models.base": "Base",
    "app.schemas.types": "CalendarDate DIGITS Id Int64 Json LocalTime NOT_TEXT PlainDecimal StorableText UtcDatetime"
    " exact",
}
# Name to module; nothing for a module that is imported itself.
KNOWN = {
    **{name: module for module, names in _MODULES.items() for name in names.split()},
    **{module: "" for module, names in _MODULES.items() if not names},
}
_STANDARD = ("datetime", "decimal", "http", "itertools", "json", "re", "typing", "uuid")
_FIRST_PARTY = ("app", "tests")


def with_imports(source: str, more: Mapping[str, str]) -> str:
    """Return a module with the imports that it needs, behind its docstring.

    Args:
        source: The module without imports.
        more: Names that only this module knows, and where they are imported from.
    """
    known = {**KNOWN, **more}
    tree = ast.parse(source)
    docstring = ast.get_docstring(tree, clean=False)
    first = tree.body[1 if docstring is not None else 0].lineno - 1
    decorators = getattr(tree.body[1 if docstring is not None else 0], "decorator_list", [])
    first = min([first, *(decorator.lineno - 1 for decorator in decorators)])
    lines = source.splitlines(keepends=True)
    block = import_block(used_names(source), known)
    return "".join(lines[:first]) + block + "\n\n" + "".join(lines[first:])


def used_names(source: str) -> set[str]:
    """Return the names that a module uses and does not define; a field of a class defines none."""
    tree = ast.parse(source)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    fields = {id(node.target) for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and node.col_offset}
    assigned = {name.id for name in names if isinstance(name.ctx, ast.Store) and id(name) not in fields}
    used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    return used - assigned - {getattr(node, "name", "") for node in tree.body}


def import_block(names: set[str], known: Mapping[str, str]) -> str:
    """Return import statements: standard library, packages, own modules.

    Args:
        names: The names to import.
        known: The module of each name; empty where the name is a module.
    """
    wanted: dict[str, list[str]] = {}
    for name in sorted(names & known.keys(), key=lambda name: (not name.isupper(), not name[0].isupper(), name)):
        wanted.setdefault(known[name], []).append(name)
    lines = {name: f"import {name}" for name in wanted.pop("", [])}
    lines |= {module: f"from {module} import {', '.join(wanted[module])}" for module in sorted(wanted)}
    groups: list[list[str]] = [[], [], []]
    for module, line in lines.items():
        top = module.partition(".")[0]
        groups[0 if top in _STANDARD else 2 if top in _FIRST_PARTY else 1].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group) + "\n"
