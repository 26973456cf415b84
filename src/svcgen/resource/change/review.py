"""Reviews the migration that Alembic wrote for new tables."""

import ast
import re
from collections.abc import Sequence

from svcgen.errors import ServiceError
from svcgen.resource.spec import listed


def review(source: str, tables: Sequence[str]) -> str:
    """Return a migration without Alembic's remarks, having seen that it makes these tables and nothing else.

    Args:
        source: The migration.
        tables: The names of the tables.

    Raises:
        ServiceError: The migration does more, because models and migrations differed before, or less.
    """
    for call in _operations(source):
        if not _is_of(call, tables):
            raise ServiceError(
                f"the migration would also change something other than {listed(tables)}: {ast.unparse(call)[:80]}",
                hint='models and migrations already differ; first run: uv run scripts/makemigration.py "what changed"',
            )
        if ast.unparse(call.func) == "op.create_table" and "use_alter=True" in ast.unparse(call):
            # Whatever create_table is told so it leaves out without a word.
            raise ServiceError(
                "scripts/makemigration.py is from a template that can't create the constraints of a cycle",
                hint="update the service first: svcgen update",
            )
    return re.sub(r"^ *# (###|please adjust).*\n", "", source, flags=re.MULTILINE)


def _operations(source: str) -> list[ast.Call]:
    """Return the calls of `op` in the upgrade."""
    functions = [node for node in ast.parse(source).body if getattr(node, "name", "") == "upgrade"]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).startswith("op.")]


def _is_of(call: ast.Call, tables: Sequence[str]) -> bool:
    """Tell whether an operation names one of the tables, or is `op.f`, which names a constraint."""
    name = ast.unparse(call.func)
    place = {"op.create_table": 0, "op.create_index": 1, "op.create_foreign_key": 1}.get(name, -1)
    if place < 0:
        return name == "op.f"
    argument = call.args[place] if len(call.args) > place else None
    return isinstance(argument, ast.Constant) and argument.value in tables
