"""What is rendered is Python, whatever was asked for; a service that runs it is in tests/generated."""

import ast
import builtins
from pathlib import Path

from hypothesis import given, settings

from generated.resources import RESOURCES, named
from svcgen.resource import reserved
from svcgen.resource.layout import Layout, Target
from svcgen.resource.parse import parse_resource
from svcgen.resource.render import render, render_shared

OTHER = Target("Other", "app.models.other", "others", "int")
LAYOUT = Layout(Path("nowhere"), Path("app/api/__init__.py"), {"other": OTHER})
ALL = (
    "thing a:str:unique b:decimal:12,2:min=1 c:date:unique d:bool:default=false e:enum:x,y f:ref:other g:time:unique"
    " h:list:str:max=3 i:float:unique j:json k:datetime:unique l:uuid:unique m:ref:thing:optional:unique o:list:date"
    " p:list:datetime q:list:time r:list:uuid s:list:bool t:list:float u:list:int v:decimal:9,8"
)


def rendered(words: list[str]) -> dict[Path, str]:
    resource = parse_resource(words)
    return render(resource, LAYOUT.including(resource), "/")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(RESOURCES)
def test_python(words: list[str]) -> None:
    for file, text in rendered(named([words], ["thing"])[0]).items():
        compile(text, str(file), "exec")


def test_reserved_names_are_those_that_the_code_uses() -> None:
    """A class of the resource's name, or a variable, must not hide what the modules import."""
    files = rendered(ALL.split())
    sources = [*files.values(), render_shared("etag")]
    names = {alias.name for source in sources for node in imports(source) for alias in node.names}
    classes = {name for name in names if name[0].isupper() and "Thing" not in name and not name.isupper()}
    assert classes - {"Other"} <= reserved.CLASSES

    router = files[Path("app/api/things.py")]
    tree = ast.parse(router)
    mine = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name != "list_things"]
    locals_ = {node.arg for function in mine for node in ast.walk(function) if isinstance(node, ast.arg)}
    locals_ |= {node.id for function in mine for node in ast.walk(function) if isinstance(node, ast.Name)}
    lower = {name for name in locals_ if name.islower() and "thing" not in name}
    assert lower - set(dir(builtins)) <= reserved.LOCALS


def imports(source: str) -> list[ast.ImportFrom]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]


def test_what_class_bodies_use_is_no_field() -> None:
    files = rendered(ALL.split())
    for file in ("app/models/thing.py", "app/schemas/thing.py"):
        for node in ast.parse(files[Path(file)]).body:
            if isinstance(node, ast.ClassDef):
                names = [name for line in node.body for name in ast.walk(line) if isinstance(name, ast.Name)]
                used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
                lower = {name for name in used if name[0].islower() and len(name) > 1 and not name.endswith("_id")}
                assert lower <= reserved.TYPES | reserved.COLUMNS | reserved.PYDANTIC, file
