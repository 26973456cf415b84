"""Random resources: every type with every modifier that it takes."""

import builtins
import keyword
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from service.conftest import Service
from svcgen.errors import SpecError
from svcgen.resource.code.imports import KNOWN
from svcgen.resource.plural import plural_of
from svcgen.resource.syntax.parse import parse_field, parse_resource
from svcgen.resource.vocabulary import FLAGS

# What generated code calls its own things, what people call theirs, and what Python, its libraries and Postgres have.
COMMON = """
    after amount api app at body call client code count created current day debit due email engine errors etag event
    factory find first_name func given grade height if_match info item items key kind label limit line_1 line1 location
    match method model models mode n name next number owner page params parent path phone position price query read
    refused response router row rows s save self serial session size stamp state statements status t tag tags test title
    token total type update url uuid value values weight word x y year z2
    """.split()
CURIOUS = """
    args between bigint boolean char character cls coalesce commit connection database db decimal exclude exists extract
    fields float get index init interval keys kwargs loader logger metadata_ mock model_number module nchar none nullif
    numeric oid out overlay package pop precision prefix public real relationship required root row_number schemas
    scope select_ set setof smallint storage stub substring table_name task thread_id timestamp timezone treat trim
    validator varchar version_id xmlparse year_2026 copy_of dict_value json_schema model_fields_ registry_number
    i o j k m r u v w lower upper sql columns types routing deps main settings logging health base problem
    """.split()
# Keywords of Python and names of builtins and libraries, as snake_case as they are.
TAKEN = [name for name in (*dir(builtins), *KNOWN, *keyword.softkwlist) if name.islower() and name.isidentifier()]


ALL_NAMES = sorted({*COMMON, *CURIOUS, *TAKEN})


def different(names: Iterable[str]) -> list[str]:
    """Leave out what differs from another by underscores only, or has the plural of another."""
    return list({plural_of(name).replace("_", ""): name for name in names}.values())


def is_fine(word: str) -> bool:
    try:
        parse_field("thing", "things", word)
    except SpecError:
        return False
    return True


def is_fine_resource(name: str) -> bool:
    try:
        parse_resource([name, "x:str"])
    except SpecError:
        return False
    return True


FIELD_NAMES = different(name for name in ALL_NAMES if is_fine(f"{name}:bool"))
RESOURCE_NAMES = different(name for name in ALL_NAMES if is_fine_resource(name))
NAMES = st.sampled_from(FIELD_NAMES)
NUMBERS = st.integers(-10_000, 10_000) | st.sampled_from([-(2**31), 2**31 - 5001, -999_999_999_999_999])
PAIRS = st.tuples(NUMBERS, st.integers(1, 5_000)).map(lambda pair: (pair[0], pair[0] + pair[1]))
DAYS = (st.dates() | st.sampled_from([date.max, date.max - timedelta(1)])).map(str)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz_- .äß'\"\\{}%", min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and "," not in text and ":" not in text
)


def bounds(pairs: st.SearchStrategy[tuple[object, object]]) -> st.SearchStrategy[str]:
    """`min=` and `max=`, one of them or neither."""
    both = pairs.flatmap(
        lambda pair: st.sampled_from(["", f":min={pair[0]}", f":max={pair[1]}", f":min={pair[0]}:max={pair[1]}"])
    )
    return st.one_of(st.just(""), both)


def typed(name: str, *limits: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.just(name), *limits).map("".join)


LENGTHS = bounds(st.tuples(st.integers(0, 40), st.integers(41, 900)))
DIGITS = st.tuples(st.integers(1, 30), st.integers(0, 12)).filter(lambda pair: pair[0] >= pair[1])
DECIMALS = DIGITS.map(lambda pair: f"decimal:{pair[0]},{pair[1]}")
SCALARS = st.one_of(
    typed("str", LENGTHS),
    typed("text", LENGTHS),
    typed("int", bounds(PAIRS)),
    typed("bigint", bounds(PAIRS)),
    typed("float", bounds(PAIRS)),
    DECIMALS,
    typed("decimal:8,2", bounds(PAIRS)),
    typed("date", bounds(st.tuples(st.just("1999-12-31"), DAYS.filter(lambda day: day > "2003")))),
    st.sampled_from(["bool", "datetime", "time", "uuid"]),
)
ELEMENTS = st.one_of(st.sampled_from("str text int bigint float bool date datetime time uuid".split()), DECIMALS)
FIELD_TYPES = st.one_of(
    SCALARS,
    st.just("json"),
    st.just("enum:a,not a,not not a"),
    st.lists(WORDS, min_size=2, max_size=5, unique=True).map(lambda words: "enum:" + ",".join(words)),
    st.tuples(ELEMENTS, bounds(st.tuples(st.integers(0, 4), st.integers(5, 40)))).map(
        lambda pair: f"list:{''.join(pair)}"
    ),
    # The resource that it refers to is put in later: one that is there by then, or itself.
    st.integers(0, 100).map(lambda number: f"ref:target_{number}"),
)
DEFAULTS = st.sampled_from(
    """
    true false 0 1 7 -3 -0 007 0.5 2.25 -0.0 abc localhost:8080 http://[::1]:80/ 2001-02-03 20010203 0001-01-02
    9999-12-30 12:30 23:59:59.999999 2026-01-31T12:30:00+01:00 0001-01-02T00:00:00Z 9999-12-30T23:59:59.999999Z a not
    12345678-1234-4234-8234-123456789abc {12345678123442348234123456789abc}
    """.split()
)


@st.composite
def fields(draw: st.DrawFn) -> str:
    """One field that can be: what its type refuses is left out, one modifier after the other."""
    word = f"{draw(NAMES)}:{draw(FIELD_TYPES)}"
    modifiers = draw(st.lists(st.one_of(st.sampled_from(FLAGS), DEFAULTS.map("default={}".format)), max_size=3))
    for modifier in modifiers:
        word = f"{word}:{modifier}" if is_fine(f"{word}:{modifier}") else word
    return word


RESOURCES = st.lists(
    fields().filter(is_fine), min_size=1, max_size=7, unique_by=lambda word: word.split(":")[0].replace("_", "")
)


def sample(count: int, number: int) -> list[list[str]]:
    """Draw resources, the same ones for the same number."""
    drawn: list[list[str]] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(RESOURCES)
    def collect(words: list[str]) -> None:
        drawn.append(words)

    collect()
    return drawn


def named(drawn: Sequence[Sequence[str]], nouns: Sequence[str]) -> list[list[str]]:
    """Give each resource a name, and each reference a resource that is there by then, or its own."""
    resources = []
    for number, words in enumerate(drawn):
        name = nouns[number]
        known = [*nouns[:number], name]
        resources.append([name, *(_refer(word, known) for word in words)])
    return resources


def _refer(word: str, known: Sequence[str]) -> str:
    name, kind, *rest = word.split(":")
    if kind != "ref":
        return word
    target = known[int(rest[0].removeprefix("target_")) % len(known)]
    flags = [*rest[1:], "optional"] if target == known[-1] and "optional" not in rest else rest[1:]
    return ":".join([name, kind, target, *flags])


def cycles(resources: Sequence[Sequence[str]]) -> Iterator[list[list[str]]]:
    """Let each two, three, two... of them refer to each other, in a cycle of which one step is not always optional."""
    flags = cycle([":unique", "", ":optional:unique", ":optional"])
    sizes = cycle([2, 3])
    left = list(resources)
    while left:
        size = next(sizes)
        ring, left = left[:size], left[size:]
        targets = [words[0] for words in (*ring[1:], ring[0])]
        steps = [f"next_one:ref:{target}:optional" for target in targets]
        steps[-1] = f"next_one:ref:{targets[-1]}{next(flags) if len(ring) > 1 else ':optional'}"
        yield [[*words, step] for words, step in zip(ring, steps, strict=True)]


COUNT = int(os.environ.get("SVCGEN_SAMPLE", "2"))
SEED = int(os.environ.get("SVCGEN_SEED", "20261120"))
# In one service, so that they can refer to each other.
BATCH = 25
NOUNS = """
apple badge car_part dish engine_room flight glove hotel invoice jacket kettle lamp meeting news order_line person
quarry rocket status train_ticket umbrella vehicle wharf xylophone yacht zebra_crossing
""".split()
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("ruff", "check", "--target-version", "py314"),
    ("ruff", "format", "--check", "--target-version", "py314"),
    ("mypy",),
    ("python", "scripts/check.py"),
)


def copy_of(service: Service, directory: Path) -> Service:
    path = directory / "service"
    shutil.copytree(service.path, path, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (path / ".venv").symlink_to(service.path / ".venv")
    return replace(service, path=path)


def assert_green(service: Service, postgres: str) -> None:
    for command in CHECKS:
        result = service.run(*command, TEST_DATABASE_URL=postgres)
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-20000:]}{result.stderr[-5000:]}"
    parallel = ("-n", "2") if COUNT > BATCH else ()
    tested = service.test("-q", *parallel, TEST_DATABASE_URL=postgres)
    assert tested.returncode == 0, tested.stdout[-20000:]
