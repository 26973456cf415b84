"""Examples read like data, and every request model accepts its own."""

import json
import re
from ast import literal_eval
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from service.resources import RESOURCES, named
from svcgen.resource.change.types_file import add_types
from svcgen.resource.code.examples import example_of
from svcgen.resource.code.generate import generate, used_types
from svcgen.resource.code.layout import Layout
from svcgen.resource.syntax.parse import parse_resource

EXAMPLES = [
    ("email:str", "ada@example.com"),
    ("billing_email:str:optional", "ada@example.com"),
    ("email_address:str", "ada@example.com"),
    ("phone_number:str", "+44 20 7946 0958"),
    ("number:str:unique", "INV-0001"),
    ("order_number:str", "ORD-0001"),
    ("name:str", "Example invoice"),
    ("customer_name:str", "Ada Lovelace"),
    ("nick:str", "Example nick"),
    ("nick:str:max=5", "Examp"),
    ("nick:str:max=8", "Example"),
    ("nick:str:min=8:max=8", "Example_"),
    ("nick:str:min=30", "Example nick Example nick Example nick"),
    ("nick:text:min=5000", "a" * 5000),
    ("currency:str:max=3", "EUR"),
    ("currency:str:default=GBP", "GBP"),
    ("quantity:int", 3),
    ("quantity:int:min=5", 5),
    ("shift:int:max=-5", -5),
    ("seen:bigint", 10),
    ("price:float", 49.9),
    ("price:float:max=1", 1.0),
    ("amount:decimal:12,2", "49.90"),
    ("amount:decimal:12,0", "50"),
    ("share:decimal:3,3", "0.200"),
    ("amount:decimal:4,2:min=50", "50.00"),
    ("paid:bool", True),
    ("paid:bool:default=false", False),
    ("due:date", "2026-01-31"),
    ("date_of_birth:date", "1990-05-17"),
    ("birthday:date:min=2000-01-01", "2000-01-01"),
    ("due:date:min=2030-01-01", "2030-01-01"),
    ("sent:datetime", "2026-01-31T12:30:00Z"),
    ("at:time", "12:30:00"),
    ("status:enum:draft,sent", "draft"),
    ("tags:list:str", ["urgent"]),
    ("prices:list:decimal:8,2:min=2", ["49.90", "49.90"]),
    ("days:list:date", ["2026-01-31"]),
    ("tags:list:str:min=9", ["urgent"] * 9),
    ("payload:json", {"key": "value"}),
    ("customer:ref:customer", 1),
    ("customer:ref:customer:optional", None),
    ("parent:ref:invoice:optional", None),
]


@pytest.mark.parametrize(("word", "example"), EXAMPLES)
def test_example_of(word: str, example: object) -> None:
    resource = parse_resource(["invoice", word])
    source = example_of(resource.fields[0], resource)

    assert (literal_eval(source) if "*" not in source else eval(source)) == example  # noqa: S307


def test_the_name_of_a_person() -> None:
    resource = parse_resource(["customer", "name:str"])

    assert example_of(resource.fields[0], resource) == '"Ada Lovelace"'


@settings(max_examples=25, phases=[Phase.generate], deadline=None, derandomize=True)
@given(RESOURCES)
def test_every_example_is_valid(words: list[str]) -> None:
    resource = parse_resource(named([words], ["thing"])[0])
    layout = Layout(Path("nowhere"), Path("app/api/__init__.py")).including(resource)
    schema = generate(resource, layout, "/")[Path("app/schemas/thing.py")]
    module: dict[str, Any] = {}
    exec(add_types("", used_types(resource)), module)  # noqa: S102
    exec(re.sub(r"^from app\.schemas\.types import .*$", "", schema, flags=re.MULTILINE), module)  # noqa: S102

    module["ThingCreate"].model_validate_json(json.dumps(module["EXAMPLE"]))
    read = module["ThingRead"].model_validate(module["STORED_EXAMPLE"])
    assert read.model_dump(mode="json") == module["STORED_EXAMPLE"]
