"""Each limit of the field syntax: the last value that is allowed, and the first that is not."""

import pytest

from svcgen.errors import SpecError
from svcgen.resource.spec import Field
from svcgen.resource.syntax.parse import parse_resource

INT, BIGINT = 2**31, 2**63
LAST_FLOAT = "9" * 15


def field(word: str, resource: str = "invoice", plural: str = "") -> Field:
    return parse_resource([resource, *word.split()], plural).fields[0]


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ("x:str:max=1000000", "x:str:max=1000001"),
        ("x:str:max=1000000", "x:str:max=10000000"),
        ("x:str:max=1", "x:str:max=0"),
        ("x:text:min=0:max=1", "x:text:min=0:max=0"),
        ("x:str:min=255", "x:str:min=256"),
        ("x:str:min=4:max=4", "x:str:min=5:max=4"),
        ("x:str:max=3:default=abc", "x:str:max=2:default=abc"),
        ("x:str:min=3:default=abc", "x:str:min=4:default=abc"),
        ("x:str:max=600:index", "x:str:max=601:index"),
        ("x:str:max=2:unique", "x:str:max=1:unique"),
        (f"x:enum:a,{'b' * 63}", f"x:enum:a,{'b' * 64}"),
        (f"x:enum:a,{'é' * 31}b", f"x:enum:a,{'é' * 32}"),
        ("x:enum:a,b", "x:enum:a"),
        ("x:enum:a,b", "x:enum:a,"),
        ("x:enum:a,b", "x:enum:a,\N{ZERO WIDTH SPACE}"),
        ("x:int:min=0:max=1", "x:int:min=0:max=0"),
        (f"x:int:max={INT - 1}", f"x:int:max={INT}"),
        (f"x:int:min={-INT}", f"x:int:min={-INT - 1}"),
        (f"x:bigint:max={BIGINT - 1}", f"x:bigint:max={BIGINT}"),
        (f"x:bigint:min={-BIGINT}", f"x:bigint:min={-BIGINT - 1}"),
        (f"x:int:default={INT - 1}", f"x:int:default={INT}"),
        (f"x:int:default={-INT}", f"x:int:default={-INT - 1}"),
        ("x:int:min=1:max=9:default=1", "x:int:min=1:max=9:default=0"),
        ("x:int:min=1:max=9:default=9", "x:int:min=1:max=9:default=10"),
        ("x:int:min=0:max=1001:unique", "x:int:min=0:max=1000:unique"),
        ("x:float:min=0.5:default=0.5", "x:float:min=0.5:default=0.4"),
        ("x:float:max=0.5:default=0.5", "x:float:max=0.5:default=0.6"),
        ("x:float:min=0:max=0.1", "x:float:min=0:max=0"),
        (f"x:float:max={LAST_FLOAT}", f"x:float:max={LAST_FLOAT}9"),
        (f"x:float:max=0.{LAST_FLOAT}", f"x:float:max=0.{LAST_FLOAT}9"),
        ("x:decimal:1,0", "x:decimal:0,0"),
        ("x:decimal:100,100", "x:decimal:101,100"),
        ("x:decimal:2,2", "x:decimal:2,3"),
        ("x:decimal:3,2:max=9.99", "x:decimal:3,2:max=10.00"),
        ("x:decimal:3,2:min=-9.99", "x:decimal:3,2:min=-10"),
        ("x:decimal:3,2:default=-9.99", "x:decimal:3,2:default=-10"),
        ("x:decimal:3,2:default=0.01", "x:decimal:3,2:default=0.001"),
        ("x:decimal:3,2:min=1:max=1.01", "x:decimal:3,2:min=1:max=1.00"),
        ("x:date:min=0001-01-02", "x:date:min=0001-01-01"),
        ("x:date:max=9999-12-30", "x:date:max=9999-12-31"),
        ("x:date:min=2026-01-01:max=2026-01-02", "x:date:min=2026-01-01:max=2026-01-01"),
        ("x:date:min=2026-01-02:default=2026-01-02", "x:date:min=2026-01-02:default=2026-01-01"),
        ("x:date:max=2026-01-02:default=2026-01-02", "x:date:max=2026-01-02:default=2026-01-03"),
        ("x:datetime:default=0001-01-02T00:00:00Z", "x:datetime:default=0001-01-01T23:59:59Z"),
        ("x:datetime:default=9999-12-30T23:59:59Z", "x:datetime:default=9999-12-31T00:00:00Z"),
        ("x:time:default=23:59:59.999999", "x:time:default=24:00:01"),
        ("x:time:default=12:30", "x:time:default=12:30Z"),
        ("x:list:str:max=1", "x:list:str:max=0"),
        ("x:list:str:min=2:max=2", "x:list:str:min=3:max=2"),
        ("x:list:str:max=1000000", "x:list:str:max=1000001"),
        ("x:list:decimal:100,2", "x:list:decimal:101,2"),
        (f"{'x' * 40}:str", f"{'x' * 41}:str"),
    ],
)
def test_the_last_allowed_and_the_first_refused(allowed: str, refused: str) -> None:
    assert field(allowed).name
    with pytest.raises(SpecError) as caught:
        field(refused)
    assert refused in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("item", ["json", "enum:a,b", "ref:customer", "list:str"])
def test_what_no_list_contains(item: str) -> None:
    with pytest.raises(SpecError, match="list needs the type of its items, which can't be json, enum, ref or list"):
        field(f"x:list:{item}")


def test_the_longest_constraint_names() -> None:
    """Postgres truncates a name of 64 characters, and two truncated names can be equal."""
    plural = "p" * 25
    longest = "x" * (63 - len(f"ck_{plural}__length"))
    assert field(f"{longest}:str", "invoice", plural).column == longest
    with pytest.raises(SpecError, match="exceed the 63 characters"):
        field(f"{longest}x:str", "invoice", plural)


def test_the_longest_name_of_an_enum_type() -> None:
    resource, name = "r" * 40, "x" * 22
    assert field(f"{name}:enum:a,b", resource, "r").kind.values
    with pytest.raises(SpecError, match="the name of its enum type would exceed"):
        field(f"{name}x:enum:a,b", resource, "r")


def test_the_longest_name_of_a_resource() -> None:
    assert parse_resource(["r" * 40, "x:str"], "p" * 40).name == "r" * 40
    for name, plural in (("r" * 41, "p"), ("r", "p" * 41)):
        with pytest.raises(SpecError, match="has 41 characters; at most 40"):
            parse_resource([name, "x:str"], plural)


def test_a_zero_has_no_sign() -> None:
    """Postgres returns a stored -0 as 0, so a response would differ from its request."""
    assert field("x:int:min=-0").kind.limits[0] == "ge=0"
    assert field("x:float:default=-0.0").default == "0.0"
    assert field("x:decimal:3,2:default=-0.00").default == 'Decimal("0.00")'
