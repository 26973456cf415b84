from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcgen.errors import SpecError
from svcgen.resource.spec import Resource
from svcgen.resource.syntax.parse import parse_resources

NAMES = [f"thing_{letter}" for letter in "abcde"]
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()), max_size=12)


def closing(words: str) -> list[str]:
    """What closes the cycles of these resources, as `resource.field`."""
    resources = parse_resources(words.split())
    return [
        f"{resource.name}.{field.name}" for resource in resources for field in resource.fields if field.closes_cycle
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("b x:str and c to_b:ref:b", []),
        ("c to_b:ref:b:optional and b x:str", []),
        ("b to_b:ref:b:optional", []),
        ("b to_c:ref:c:optional and c to_b:ref:b", ["b.to_c"]),
        ("c to_b:ref:b and b to_c:ref:c:optional", ["b.to_c"]),
        ("b to_c:ref:c:optional and c to_b:ref:b:optional", ["c.to_b"]),
        ("b to_c:ref:c and c to_d:ref:d and d to_b:ref:b:optional to_d:ref:d:optional", ["d.to_b"]),
        ("b to_c:ref:c:optional and c to_d:ref:d:optional and d to_b:ref:b:optional", ["d.to_b"]),
        ("b one:ref:c:optional two:ref:c:optional and c to_b:ref:b", ["b.one", "b.two"]),
        ("b one:ref:c:optional two:ref:c and c to_b:ref:b:optional", ["c.to_b"]),
        ("b to_c:ref:c:optional and c to_b:ref:b and d to_e:ref:e and e to_d:ref:d:optional", ["b.to_c", "e.to_d"]),
        # Outside of the cycle, though optional too.
        ("e to_b:ref:b:optional and b to_c:ref:c and c to_b:ref:b:optional", ["c.to_b"]),
    ],
)
def test_what_closes_a_cycle(words: str, expected: list[str]) -> None:
    assert closing(words) == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("b to_c:ref:c and c to_b:ref:b", "b needs c, c needs b"),
        ("b to_c:ref:c and c to_d:ref:d and d to_b:ref:b", "b needs c, c needs d, d needs b"),
        ("b one:ref:c:optional two:ref:c and c to_b:ref:b", "b needs c, c needs b"),
    ],
)
def test_a_cycle_without_a_start(words: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        closing(words)

    assert caught.value.message == f"the references form a cycle, so no first row can be stored: {message}"
    assert caught.value.hint.endswith(":optional")


@settings(max_examples=200, derandomize=True)
@given(STEPS)
def test_any_references(steps: list[tuple[str, str, bool]]) -> None:
    """A first row can be stored, and tables can be made in some order; or it is refused, and rightly."""
    words = []
    for name in NAMES:
        fields = [
            f"to_{number}:ref:{target}{':optional' if optional or target == name else ''}"
            for number, (source, target, optional) in enumerate(steps)
            if source == name
        ]
        words += ["and", name, "x:str", *fields]
    try:
        resources = parse_resources(words[1:])
    except SpecError:
        assert not in_order([(source, target) for source, target, optional in steps if not optional])
        return
    assert in_order(edges(resources, closing=False))
    assert all(field.optional for resource in resources for field in resource.fields if field.closes_cycle)
    late = set(edges(resources, closing=True))
    assert all(not in_order([*edges(resources, closing=False), edge]) for edge in late)


def edges(resources: tuple[Resource, ...], *, closing: bool) -> list[tuple[str, str]]:
    return [
        (resource.name, field.kind.target)
        for resource in resources
        for field in resource.references
        if field.closes_cycle is closing
    ]


def in_order(steps: list[tuple[str, str]]) -> bool:
    graph: dict[str, set[str]] = {}
    for source, target in steps:
        if source != target:
            graph.setdefault(source, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return True
