"""Check names that Python, Postgres or a library reserves. `uv run .ci/names.py` writes them to taken.json."""

import builtins
import json
import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from svcgen.resource.spec import class_name

_TAKEN = json.loads((Path(__file__).parent / "taken.json").read_text(encoding="utf-8"))
# The generated modules import or define these; a class of that name would hide them.
CLASSES = frozenset(_TAKEN["classes"])
# These look like 1 and 0 (pycodestyle E741, E742).
_AMBIGUOUS = {"l", "I", "O"}
_COLUMNS = {
    "columns": "is a column of every table",
    "sqlalchemy": "is an attribute of every SQLAlchemy model",
    "pydantic": "is an attribute of every Pydantic model",
    "annotations": "would hide a type that the columns after it use",
    "sql": "is a reserved word in SQL",
    "squawk": "is an SQL keyword that squawk can't read as a column",
    "parameters": "is a parameter of methods that every model has",
    "system_columns": "is a system column of Postgres",
}


def why_no_column(name: str) -> str:
    """Return why a column can't have a name; empty if it can."""
    return next(_reasons_of_column(name), "")


def why_no_resource(name: str, *, is_table: bool) -> str:
    """Return why a resource can't have a name; empty if it can.

    Args:
        name: Its name or its plural.
        is_table: Whether it is the plural, which is the name of its table.
    """
    return next(_reasons_of_resource(name, is_table=is_table), "")


def _reasons_of_column(name: str) -> Iterator[str]:
    yield from _reasons_of_any(name)
    yield from (reason for key, reason in _COLUMNS.items() if name in _TAKEN[key])
    for prefix in _TAKEN["pydantic_prefixes"]:
        if name.startswith(prefix):
            yield f"begins with {prefix}, which Pydantic reserves for its own methods"


def _reasons_of_resource(name: str, *, is_table: bool) -> Iterator[str]:
    yield from _reasons_of_any(name)
    if is_table and name in _TAKEN["sql"]:
        yield "is a reserved word in SQL"
    if hasattr(builtins, name):
        yield "would hide a Python builtin"
    if name in _TAKEN["variables"]:
        yield "is a name that the generated code uses"
    if is_table:
        return
    model = class_name(name)
    if keyword.iskeyword(model):
        yield f"would create a class {model}, which is a reserved word in Python"
    if model in CLASSES:
        yield f"would create a class {model}, which the generated code imports"
    if model in _AMBIGUOUS:
        yield f"would create a class {model}, which looks like a digit"
    if model.startswith(tuple(_TAKEN["pytest_classes"])):
        yield f"would create a class {model}, which pytest would collect as tests"
    yield from _forbidden(model)


def _reasons_of_any(name: str) -> Iterator[str]:
    if keyword.iskeyword(name):
        yield "is a reserved word in Python"
    if name in _AMBIGUOUS:
        yield "looks like a digit"
    yield from _forbidden(name)


def _forbidden(name: str) -> Iterator[str]:
    for rule, patterns in _TAKEN["hard_rules"].items():
        if any(re.search(pattern, name) for pattern in patterns):
            yield f"would be an identifier that the hard rule {rule} forbids"
