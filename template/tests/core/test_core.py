"""The docstring of app.core lists its modules."""

from pathlib import Path

import app.core


def test_every_module_has_one_line() -> None:
    _, _, listed = str(app.core.__doc__).partition("\n\n")
    modules = sorted(path.stem for path in Path(str(app.core.__file__)).parent.glob("[!_]*.py"))

    assert [line.split()[0] for line in listed.splitlines()] == modules, "Keep app/core/__init__.py in order"
