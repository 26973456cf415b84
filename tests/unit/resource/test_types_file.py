"""The shared types of a service: what is missing is added, what an earlier release wrote is brought up to date."""

import subprocess
from typing import Any

import pytest
from pydantic import TypeAdapter

from support.svcgen import ROOT
from svcgen.resource.change.types_file import add_types
from svcgen.resource.code.shared import OUTDATED, TYPES
from update.history import RELEASES

NEEDED = "from datetime import *\nfrom decimal import Decimal\nfrom pydantic import PlainSerializer\n"
EMPTY = '"""Types that the schemas share."""\n'


def test_add_types_adds_what_is_missing() -> None:
    first = add_types('"""Types."""\n', {"Id"})
    both = add_types(first, {"Id", "LocalTime"})

    assert first.count("Id = ") == both.count("Id = ") == 1
    assert both.count("LocalTime = ") == 1
    assert add_types(both, {"Id", "LocalTime"}) == both
    names: dict[str, object] = {}
    exec(both, names)  # noqa: S102
    assert {"Id", "LocalTime"} <= names.keys()


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], "\ud800", {"\udfff": 1}, "\0", {"\\\0": 1}])
def test_json_that_postgres_can_not_store(value: object) -> None:
    names: dict[str, Any] = {}
    exec(add_types("", {"Json"}), names)  # noqa: S102
    adapter: TypeAdapter[Any] = TypeAdapter(names["Json"])

    assert adapter.validate_python({"a": [1, None, "\\u0000"]}) == {"a": [1, None, "\\u0000"]}
    assert "pattern" in str(adapter.json_schema())
    with pytest.raises(ValueError, match="1 validation error"):
        adapter.validate_python(value)


def defined(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102
    return names


@pytest.fixture(scope="module", params=["v0.2.0"])
def released(request: pytest.FixtureRequest) -> str:
    """The shared types as a release wrote them, but for their imports."""
    shared = subprocess.run(
        ["git", "-C", ROOT, "show", f"{RELEASES[request.param]}:src/svcgen/resource/shared.py"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "\n\n".join(defined(shared)["TYPES"].values())


def test_types_of_a_release_are_brought_up_to_date(released: str) -> None:
    imports = "import json\nfrom pydantic import AfterValidator\n"
    own = "\n\nOurs = list[Json]\n"
    renewed = add_types(f"{EMPTY}{imports}{released}{own}", {"Id", "UtcDatetime", "LocalTime", "Json"})

    assert "refuse_zone" not in renewed
    for name in OUTDATED:
        assert TYPES[name] in renewed
        assert renewed.count(f"\n{name} = ") == 1
    assert renewed.count("the last moment") == 1
    names = defined(f"{NEEDED}{renewed}")
    with pytest.raises(ValueError, match="should be text"):
        TypeAdapter(names["LocalTime"]).validate_python("60")
    assert add_types(renewed, TYPES) == add_types(add_types(renewed, TYPES), TYPES)


def test_only_what_is_needed_is_brought_up_to_date(released: str) -> None:
    renewed = add_types(f"{EMPTY}{released}", {"Id"})

    assert TYPES["Id"] in renewed
    assert OUTDATED["LocalTime"] in renewed


def test_type_that_the_team_changed_stays(released: str) -> None:
    ours = released.replace("should have no time zone", "no zone, please")

    assert "no zone, please" in add_types(f"{EMPTY}{ours}", {"LocalTime"})
