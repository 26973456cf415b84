"""A name is refused that something has taken: a library, Postgres, pytest, a hard rule, the generated code."""

import json
import runpy
from typing import Any

import pytest

from support.svcgen import ROOT
from svcgen.errors import SpecError
from svcgen.resource.syntax.parse import parse_resource

SCRIPT = runpy.run_path(str(ROOT / ".ci/names.py"))
TAKEN: dict[str, Any] = json.loads(SCRIPT["TAKEN"].read_text())


def test_is_current() -> None:
    """That of the libraries is in tests/service/test_resource.py, where they are installed."""
    names = {**SCRIPT["own_names"](), **SCRIPT["pytest_names"]()}

    assert {key: TAKEN[key] for key in names} == names, "uv run .ci/names.py"
    assert SCRIPT["TAKEN"].read_text() == SCRIPT["as_text"](TAKEN)


def reason_against(*words: str) -> str:
    with pytest.raises(SpecError) as caught:
        parse_resource(words)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    "name",
    [
        *(
            "register",
            "mro",
            "model_validate_x",
            "model_dumped",
            "print",
            "pprint",
            "l",
            "loguru",
            "metadata",
            "registry",
        ),
        *(
            "construct",
            "json",
            "self",
            "xmin",
            "order",
            "date",
            "mapped_column",
            "lazyload",
            "version",
            "lambda",
            "kwargs",
        ),
    ],
)
def test_field_is_refused(name: str) -> None:
    assert f"field {name}:str: {name} " in reason_against("invoice", f"{name}:str")


@pytest.mark.parametrize("name", ["model_number", "model", "type", "hash", "value", "test", "o", "i", "printer", "oid"])
def test_field_is_fine(name: str) -> None:
    assert parse_resource(["invoice", f"{name}:str"]).fields


@pytest.mark.parametrize(
    "name",
    [
        *("test", "test_run", "testimonial", "thread", "i", "o", "l", "print", "loguru", "base", "decimal", "json"),
        *("none", "true", "count", "datetime", "uuid", "session", "class", "response"),
    ],
)
def test_resource_is_refused(name: str) -> None:
    assert f"the resource name {name} " in reason_against(name, "x:str")


@pytest.mark.parametrize("name", ["lab_test", "contest", "thread_message", "forum", "item", "row", "limit", "file"])
def test_resource_is_fine(name: str) -> None:
    assert parse_resource([name, "x:str"]).name


@pytest.mark.parametrize("plural", ["order", "routers", "print"])
def test_plural_is_refused(plural: str) -> None:
    with pytest.raises(SpecError, match=f"the plural {plural} "):
        parse_resource(["thing", "x:str"], plural)


def test_name_of_a_type_fits_into_postgres() -> None:
    with pytest.raises(SpecError, match="the name of its enum type would exceed"):
        parse_resource(["i" * 35, f"{'x' * 35}:enum:a,b"], "xs")
