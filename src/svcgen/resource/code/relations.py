"""What tables bring into a schema of Postgres: its tables, indexes, sequences and types share one set of names."""

import ast
from collections.abc import Iterator

from svcgen.resource.spec import Resource


def names_of(resource: Resource) -> list[str]:
    """Return the names that the table of a resource brings, by the naming convention of app/models/base.py."""
    names = _of_table(resource.plural)
    for field in resource.fields:
        if field.unique:
            names.append(f"uq_{resource.plural}_{field.column}")
        elif field.index or field.kind.target:
            names.append(f"ix_{resource.plural}_{field.column}")
        if field.kind.values:
            names.append(f"{resource.name}_{field.name}")
    return names


def names_of_model(node: ast.ClassDef, table: str) -> list[str]:
    """Return the names that the table of a model brings, as far as its columns say them.

    Args:
        node: The class.
        table: The name of its table.
    """
    names = _of_table(table)
    for column, call in _calls(node):
        said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if said.get("unique") == "True":
            names.append(f"uq_{table}_{column}")
        elif said.get("index") == "True":
            names.append(f"ix_{table}_{column}")
        if ast.unparse(call.func).endswith("Enum"):
            names.append(said.get("name", "").strip("'\""))
    return names


def _of_table(table: str) -> list[str]:
    return [table, f"pk_{table}", f"{table}_id_seq"]


def _calls(node: ast.ClassDef) -> Iterator[tuple[str, ast.Call]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            calls = (call for call in ast.walk(statement) if isinstance(call, ast.Call))
            yield from ((ast.unparse(statement.target), call) for call in calls)
