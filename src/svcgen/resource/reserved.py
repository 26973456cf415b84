"""Names that something else needs. `uv run .ci/names.py` reads them from what has taken them and writes taken.json."""

import builtins
import json
import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from svcgen.resource.spec import class_name

_TAKEN = json.loads((Path(__file__).parent / "taken.json").read_text(encoding="utf-8"))
# What the generated modules import and define, which a class of that name would hide.
CLASSES = frozenset(_TAKEN["classes"])
# Read as 1 and 0 (pycodestyle E741, E742).
_AMBIGUOUS = {"l", "I", "O"}
_COLUMNS = {
    "columns": "is a column that every row has",
    "sqlalchemy": "is an attribute of every SQLAlchemy model",
    "pydantic": "is an attribute of every Pydantic model",
    "annotations": "hides what the columns after it are declared with",
    "sql": "is a reserved word of SQL",
    "squawk": "is a word of SQL that squawk can't read as a column",
    "parameters": "is a parameter of the methods of every model",
    "system_columns": "is a column that Postgres adds to every table",
}


def why_no_column(name: str) -> str:
    """Return why no column can have a name; nothing where it can."""
    return next(_reasons_of_column(name), "")


def why_no_resource(name: str, *, is_table: bool) -> str:
    """Return why no resource can have a name; nothing where it can.

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
            yield f"begins with {prefix}, which Pydantic keeps for methods of its own"


def _reasons_of_resource(name: str, *, is_table: bool) -> Iterator[str]:
    yield from _reasons_of_any(name)
    if is_table and name in _TAKEN["sql"]:
        yield "is a reserved word of SQL"
    if hasattr(builtins, name):
        yield "hides a builtin of Python"
    if name in _TAKEN["variables"]:
        yield "is a name that the code around it uses"
    if is_table:
        return
    model = class_name(name)
    if keyword.iskeyword(model):
        yield f"would make a class {model}, which is a reserved word of Python"
    if model in CLASSES:
        yield f"would make a class {model}, which the code around it imports"
    if model in _AMBIGUOUS:
        yield f"would make a class {model}, which looks like a digit"
    if model.startswith(tuple(_TAKEN["pytest_classes"])):
        yield f"would make a class {model}, which pytest takes for tests wherever a test imports it"
    yield from _forbidden(model)


def _reasons_of_any(name: str) -> Iterator[str]:
    if keyword.iskeyword(name):
        yield "is a reserved word of Python"
    if name in _AMBIGUOUS:
        yield "looks like a digit"
    yield from _forbidden(name)


def _forbidden(name: str) -> Iterator[str]:
    for rule, patterns in _TAKEN["hard_rules"].items():
        if any(re.search(pattern, name) for pattern in patterns):
            yield f"would make {name} an identifier, which the hard rule {rule} forbids"
