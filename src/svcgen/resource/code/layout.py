"""Find the parts of a service in its code, as its team may have moved and reformatted them."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from svcgen.errors import ServiceError
from svcgen.resource.code.modules import assigned, parse, read
from svcgen.resource.code.relations import names_of, names_of_model
from svcgen.resource.spec import Resource

MODELS = Path("app/models/__init__.py")
MAIN = Path("app/main.py")
FACTORIES = Path("tests/factories")
# What the generated modules import.
NEEDED = {
    "app/deps.py": {"ReadSessionDep", "SessionDep"},
    "app/errors.py": {"NotFoundError", "problem_responses"},
    "app/models/base.py": {"Base"},
    "tests/conftest.py": {"client", "committing_client", "connection", "engine", "session"},
}
# The same, from files that a service of an older release gets with its first new resource.
NEEDED_IF_THERE = {
    "app/core/etag.py": {"IfMatch", "etag"},
    "app/core/rows.py": {"CHANGE", "CONFLICT", "READ", "create", "find", "save"},
}


@dataclass(frozen=True)
class Target:
    """A model that a reference can refer to.

    Attributes:
        model: The name of its class.
        module: The module that defines it.
        table: The name of its table.
        id_type: The annotation of its key.
        coming: Whether the same command adds it.
        names: The names that its table adds to the database schema.
    """

    model: str
    module: str
    table: str
    id_type: str
    coming: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The service that a resource is added to.

    Attributes:
        root: The service's directory.
        routers: The module that lists the routers, relative to the root.
        targets: The existing models by lower-case name, in which `HTTPCall` and http_call are the same.
    """

    root: Path
    routers: Path
    targets: Mapping[str, Target] = field(default_factory=dict)

    def target(self, name: str) -> Target | None:
        """Return the model of a snake_case name."""
        return self.targets.get(name.replace("_", ""))

    def including(self, resource: Resource) -> "Layout":
        """Return the layout that a resource can be referred to in."""
        module, names = f"app.models.{resource.name}", tuple(names_of(resource))
        target = Target(resource.model, module, resource.plural, "int", coming=True, names=names)
        return replace(self, targets={**self.targets, resource.name.replace("_", ""): target})

    @property
    def is_plain(self) -> bool:
        """Whether app/main.py mounts the routers of app/api as it did at first, which saves to import it."""
        loops = [node for node in ast.walk(parse(self.root, MAIN)) if isinstance(node, ast.For)]
        calls = [ast.unparse(loop.body[0]) for loop in loops if ast.unparse(loop.iter) in {"api.routers", "routers"}]
        mounted = len(calls) == 1 and ".include_router(" in calls[0] and "prefix" not in calls[0]
        return mounted and self.api == Path("app/api")

    @property
    def api(self) -> Path:
        """The directory that routers are put into."""
        return self.routers.parent

    @property
    def api_package(self) -> str:
        """The package that routers are put into."""
        return ".".join(self.api.parts)


def read_layout(root: Path) -> Layout:
    """Find everything that a new resource touches.

    Raises:
        ServiceError: A part is not found; the hint tells what to do by hand.
    """
    for name, names in NEEDED.items():
        _check_defines(root, name, names)
    for name, names in NEEDED_IF_THERE.items():
        if (root / name).exists():
            _require(name, names - _defined(read(root, Path(name))))
    return Layout(root, _find_routers(root), find_targets(root))


def find_targets(root: Path) -> dict[str, Target]:
    """Return the models of a service: each class with a table."""
    targets = {}
    for path in sorted((root / "app" / "models").rglob("*.py")):
        file = path.relative_to(root)
        for node in parse(root, file).body:
            table = _class_value(node, "__tablename__")
            if isinstance(node, ast.ClassDef) and isinstance(table, ast.Constant):
                module = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
                names = tuple(names_of_model(node, str(table.value)))
                targets[node.name.lower()] = Target(node.name, module, str(table.value), _id_type(node), names=names)
    return targets


def _check_defines(root: Path, file: str, names: set[str]) -> None:
    tree = parse(root, Path(file))
    defined = {getattr(node, "name", "") for node in tree.body}
    _require(file, {name for name in names - defined if assigned(tree, name) is None})


def _defined(source: str) -> set[str]:
    """Return the names that a module defines. Its syntax may be newer than the Python of svcgen."""
    found = re.findall(r"^(?:(?:async )?def|class) (\w+)|^(\w+)\b[^\n=]*=", source, flags=re.MULTILINE)
    return {function or variable for function, variable in found}


def _require(file: str, missing: set[str]) -> None:
    if missing:
        raise ServiceError(
            f"{file} does not define {', '.join(sorted(missing))}, which a resource needs",
            hint="run `svcgen update`, or define it there; importing it and assigning it to that name is enough",
        )


def _find_routers(root: Path) -> Path:
    """Return the one module below app/api that lists the routers: `routers = [...]`."""
    found = []
    for path in sorted((root / "app" / "api").rglob("*.py")):
        file = path.relative_to(root)
        if isinstance(assigned(parse(root, file), "routers"), ast.List | ast.Tuple):
            found.append(file)
    if len(found) == 1 and found[0].name == "__init__.py":
        return found[0]
    where = ", ".join(map(str, found)) or "no module"
    raise ServiceError(
        f"exactly one __init__.py below app/api must assign `routers`; assigned in: {where}",
        hint="write `routers: list[APIRouter] = [...]` in app/api/__init__.py, and include each of them in app/main.py",
    )


def _class_value(node: ast.stmt, name: str) -> ast.expr | None:
    if not isinstance(node, ast.ClassDef):
        return None
    return assigned(ast.Module(node.body, []), name)


def _id_type(node: ast.ClassDef) -> str:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == "id":
            return ast.unparse(statement.annotation).removeprefix("Mapped[").removesuffix("]")
    return ""
