"""Whatever is typed is read or refused, and what is read is valid Python and stays what was meant."""

import ast
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from svcgen.errors import SpecError
from svcgen.resource.change.collisions import check_references
from svcgen.resource.code.generate import generate
from svcgen.resource.code.layout import Layout
from svcgen.resource.fields.registry import FIELD_TYPES
from svcgen.resource.spec import Resource
from svcgen.resource.syntax.parse import parse_resources
from svcgen.resource.vocabulary import FLAGS, SETTINGS

VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "-0", "1", "9" * 30, "0.5", "12,2", "a,b", "30", "00Z", "2026-01-31", "9999-12-31", "other"]
    ),
    st.text(max_size=4).filter(lambda text: ":" not in text),
)
SETTING = st.tuples(st.sampled_from(SETTINGS), VALUES).map("=".join)
TYPOS = st.sampled_from([*FLAGS, *(f"{setting}=" for setting in SETTINGS)]).flatmap(
    lambda word: st.integers(0, len(word) - 1).map(lambda place: word[:place] + word[place + 1 :])
)
PARTS = st.one_of(st.sampled_from([*FIELD_TYPES, *FLAGS]), SETTING, TYPOS, VALUES)
NAMES = st.sampled_from(["x", "due_on", "class", "Name", "ä", "l", "print", "id", ""]) | st.text(max_size=3)
FIELDS = st.tuples(NAMES, st.sampled_from(list(FIELD_TYPES)) | PARTS, st.lists(PARTS, max_size=4)).map(
    lambda field: ":".join([field[0], field[1], *field[2]])
)


def read(words: list[str]) -> tuple[tuple[Resource, ...], str, str]:
    """Return resources, or what the error says and its hint."""
    try:
        resources = parse_resources(["thing", *words])
        for resource in resources:
            check_references(resource, layout_of(resources))
    except SpecError as error:
        return (), error.message, error.hint or ""
    return resources, "", ""


def layout_of(resources: Sequence[Resource]) -> Layout:
    other = parse_resources(["other", "x:str"])
    return reduce(Layout.including, (*other, *resources), Layout(Path("nowhere"), Path("app/api/__init__.py")))


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(FIELDS | st.just("and"), max_size=5))
@example(["status:enum:draft,sent:optionl"])
@example(["x:decimal:100,100:unique"])
@example(["x:float:min=999999999999999.999999999999999"])
@example(["x:str:default=\udcff"])
def test_any_words(words: list[str]) -> None:
    resources, message, hint = read(words)

    assert bool(resources) != bool(message and hint)
    for resource in resources:
        for file, text in generate(resource, layout_of(resources), "/").items():
            ast.parse(text.encode(), str(file))
