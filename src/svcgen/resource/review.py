"""Reviews the migration that Alembic wrote for a new table."""

import ast
import re

from svcgen.errors import ServiceError


def review(source: str, table: str) -> str:
    """Return a migration without Alembic's remarks, having seen that it makes one table and nothing else.

    Raises:
        ServiceError: It does more: the models and the migrations differed before.
    """
    for node in ast.walk(_function(source, "upgrade")):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("op.") and not _is_of(node, table):
            raise ServiceError(
                f"the migration would also do what has nothing to do with {table}: {ast.unparse(node)[:80]}",
                hint='models and migrations differ already; first: uv run scripts/makemigration.py "what changed"',
            )
    return re.sub(r"^ *# (###|please adjust).*\n", "", source, flags=re.MULTILINE)


def _function(source: str, name: str) -> ast.AST:
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name)
    return next(functions, ast.Module([], []))


def _is_of(call: ast.Call, table: str) -> bool:
    """Tell whether an operation names the table, or is `op.f`, which names a constraint."""
    name = ast.unparse(call.func)
    place = {"op.create_table": 0, "op.create_index": 1}.get(name, -1)
    if place < 0:
        return name == "op.f"
    argument = call.args[place] if len(call.args) > place else None
    return isinstance(argument, ast.Constant) and argument.value == table
