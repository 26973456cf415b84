import ast

import pytest

from svcgen.errors import ServiceError
from svcgen.resource.change import edits

TYPED = '"""Routers."""\n\nfrom fastapi import APIRouter\n\nrouters: list[APIRouter] = [{}]\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TYPED.format(""), "routers: list[APIRouter] = [things.router]"),
        (TYPED.format("a.router"), "routers: list[APIRouter] = [a.router, things.router]"),
        (TYPED.format("\n    a.router,  # first\n    # last\n"), "    a.router, things.router,  # first\n    # last\n"),
        ("x = 'é'; routers = (a.router,)\n", "x = 'é'; routers = (a.router, things.router,)"),
        ("routers = [\n    # none yet\n]\n", "routers = [things.router\n    # none yet\n]"),
        ("routers = ()\n", "routers = (things.router,)"),
        ("routers = [*old, *others]\n", "routers = [*old, *others, things.router]"),
    ],
)
def test_add_router(before: str, after: str) -> None:
    changed = edits.add_router(before, "app.api", "things")

    assert after in changed
    assert "from app.api import things\n" in changed
    ast.parse(changed)


@pytest.mark.parametrize("source", ["routers = make()\n", "router = APIRouter()\n", ""])
def test_no_list_of_routers(source: str) -> None:
    with pytest.raises(ServiceError, match="routers is not a list literal"):
        edits.add_router(source, "app.api", "things")


def test_add_model() -> None:
    exported = 'from app.models.base import Base\n\n__all__ = ["Base"]\n'
    assert edits.add_model(exported, "app.models.thing", "Thing") == (
        'from app.models.base import Base\nfrom app.models.thing import Thing\n\n__all__ = ["Base", "Thing"]\n'
    )
    assert edits.add_model('"""Models."""\n', "app.models.thing", "Thing") == (
        '"""Models."""\nfrom app.models.thing import Thing as Thing\n'
    )


def test_add_line() -> None:
    text = "# Log\n\n## Unreleased\n\n### Added\n\n* Old.\n\n## 1.0\n"

    assert edits.add_line(text, ("## unreleased", "### Added"), "New.") == text.replace("* Old.", "* New.\n* Old.")
    assert edits.add_line(text, ("## Gone",), "New.") is None
    assert edits.add_line(text, ("## 1.0",), "New.") is None


def test_add_row() -> None:
    table = "| path | what |\n|---|---|\n| `app/errors.py` | errors |\n| `app/main.py` | app |\n"
    changed = edits.add_row(table, "app/errors.py", ("app/etag.py", "ETags"))

    assert changed == table.replace("errors |\n", "errors |\n| `app/etag.py` | ETags |\n")
    assert edits.add_row(table, "app/gone.py", ("app/etag.py", "ETags")) is None
