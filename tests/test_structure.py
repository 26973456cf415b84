"""Where modules of svcgen may be, what they may import, and what they must say.

It is outside of `tests/unit`, since mutmut makes modules longer.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from support.svcgen import ROOT

SOURCE = ROOT / "src" / "svcgen"
TEXTS = {path.relative_to(SOURCE): path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}
MODULES = {module: ast.parse(text) for module, text in TEXTS.items()}
# What each package may import.
ALLOWED = {
    "errors": "",
    "text": "",
    "system": "errors",
    "template": "errors system",
    "resource": "errors system",
    "service": "errors text system template",
    "commands": "errors text system template service resource",
    "cli": "errors text system template service resource commands",
    "__main__": "system cli",
}
COMMANDS = {"add", "new", "status", "update"}
LONGEST = 200


def package_of(module: Path) -> str:
    return module.with_suffix("").parts[0]


def imported(tree: ast.Module) -> set[str]:
    """Return the packages of svcgen that a module imports, also inside its functions."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.Import)]
    names = [f"{getattr(node, 'module', '')}.{alias.name}".lstrip(".") for node in found for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("svcgen.")}


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in public(tree.body):
        members = public(node.body) if isinstance(node, ast.ClassDef) else [node]
        yield from (member for member in members if isinstance(member, ast.FunctionDef))


def lacks_arguments(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    names = {argument.arg for argument in arguments} - {"self", "cls"}
    # Typer shows the docstring of a command as its help, and the Options describe its flags.
    described = "Annotated" in ast.unparse(function.args) or function.name in {"format_options", "format_epilog"}
    return len(names) > 1 and not described and "Args:" not in (ast.get_docstring(function) or "")


def test_no_import_points_up() -> None:
    assert {package_of(module) for module in MODULES} - {"__init__"} == ALLOWED.keys()
    upward = {
        str(module): sorted(up)
        for module, tree in MODULES.items()
        if (up := imported(tree) - {package_of(module)} - {*ALLOWED.get(package_of(module), "").split()})
    }
    assert upward == {}


def test_no_module_is_long() -> None:
    assert [str(module) for module, text in TEXTS.items() if text.count("\n") > LONGEST] == []


def test_a_public_function_describes_its_arguments() -> None:
    functions = [(str(module), one) for module, tree in MODULES.items() for one in public_functions(tree)]
    assert len(functions) > 300
    assert [(module, one.name) for module, one in functions if lacks_arguments(one)] == []


def test_a_name_has_one_meaning() -> None:
    """Only a command has two modules of its name, one in `cli` and one in `commands`."""
    places = defaultdict(list)
    for module, tree in MODULES.items():
        if module.stem not in {"__init__", *COMMANDS}:
            places[f"{module.stem}.py"].append(str(module))
        for node in public(tree.body):
            places[node.name].append(str(module))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
