"""The modules of a service, as text and as syntax trees."""

import ast
import sys
from pathlib import Path

from svcgen.errors import ServiceError
from svcgen.system.bounded import read_bounded

# No module or document such as AGENTS.md is this large.
_LARGEST = 2 << 20
# The newest Python of a service. An older one, on which svcgen can also run, does not parse its syntax.
_NEWEST = (3, 14)


def parse(root: Path, file: Path) -> ast.Module:
    """Return the syntax tree of a module of the service.

    Args:
        root: The service's directory.
        file: The module, relative to the root.

    Raises:
        ServiceError: The file is missing or not valid Python.
    """
    try:
        return ast.parse(read(root, file))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ServiceError(f"{file} can't be read as Python: {error}", hint=_syntax_hint()) from error


def _syntax_hint() -> str:
    running = "{}.{}".format(*sys.version_info)
    if sys.version_info >= _NEWEST:
        return "fix it first"
    newest = "{}.{}".format(*_NEWEST)
    return f"fix it; or if its syntax is newer than Python {running}, uv tool upgrade --python {newest} svcgen"


def read(root: Path, file: Path) -> str:
    """Return the text of a file of the service.

    Args:
        root: The service's directory.
        file: The file, relative to the root.

    Raises:
        ServiceError: The file is missing, not a regular file, too large, or not UTF-8.
    """
    try:
        return read_bounded(root / file, _LARGEST).decode()
    except FileNotFoundError as error:
        raise ServiceError(f"there is no {file}", hint="run svcgen inside a service") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ServiceError(f"{file} can't be read: {reason}", hint="fix it first") from error


def assigned(tree: ast.Module, name: str) -> ast.expr | None:
    """Return the value that a module assigns to a name at its top level.

    Args:
        tree: The module.
        name: The name.
    """
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            value: ast.expr | None = getattr(node, "value", None)
            return value
    return None
