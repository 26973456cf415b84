"""Resources that can't go together with each other, with what they share, or with what is there."""

import ast
from pathlib import Path

import pytest

from svcgen.errors import SpecError
from svcgen.resource.change.change import plan_change
from svcgen.resource.code.generate import aliases, generate
from svcgen.resource.code.layout import Layout, read_layout
from svcgen.resource.code.relations import names_of, names_of_model
from svcgen.resource.syntax.parse import parse_resource, parse_resources
from svcgen.template.find import find_template
from svcgen.template.render import render as render_service
from update.history import ANSWERS


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    service = tmp_path_factory.mktemp("service") / "billing"
    render_service(find_template(None), service, ANSWERS)
    return read_layout(service)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("types x:str", "types would overwrite app/schemas/types.py, which all resources share"),
        ("problem x:str", "problem would overwrite app/schemas/problem.py"),
        ("base_rate x:str and baserate x:str", "baserate collides with"),
        ("x y_z:enum:a,b and x_y z:enum:a,b", "x_y: X already has a table, index, sequence or type named x_y_z"),
        (
            "invoice items:enum:x,y and invoice_item x:str",
            "Invoice already has a table, index, sequence or type named invoice_items",
        ),
        ("invoice last:ref:invoice_update:optional and invoice_update x:str", "has another InvoiceUpdate than"),
        ("x y:ref:y and y z:str", ""),
        (f"{'a' * 30} {'b' * 10}:ref:{'c' * 30} and {'c' * 30} x:str", "the constraint name fk_"),
    ],
)
def test_refused(layout: Layout, words: str, reason: str) -> None:
    resources = parse_resources(words.split())
    if not reason:
        assert plan_change(resources, layout).added
        return
    with pytest.raises(SpecError) as caught:
        plan_change(resources, layout)
    assert reason in caught.value.message
    assert caught.value.hint


def test_names_of_a_model_are_those_of_its_resource(layout: Layout) -> None:
    other = parse_resource(["other", "x:str"])
    resource = parse_resource(
        "thing a:int:unique b:str:index c:enum:x,y:index d:ref:other e:ref:other:unique f:json g:list:str".split()
    )
    files = generate(resource, layout.including(resource).including(other), "/")
    model = ast.parse(files[Path("app/models/thing.py")]).body[-1]

    assert isinstance(model, ast.ClassDef)
    assert sorted(names_of_model(model, "things")) == sorted(names_of(resource))


def test_aliases_differ() -> None:
    thing = parse_resource("thing update:enum:a,b update_value:enum:a,b page:enum:a,b".split())

    assert len(set(aliases(thing).values()) | {"ThingUpdate", "ThingPage"}) == 5


def test_refused_value_of_an_enum_is_none_of_its_values() -> None:
    (field,) = parse_resource(["thing", "x:enum:draft,not draft,not not draft"]).fields

    assert not {*field.kind.refused} & {*field.kind.values}
