"""Random resources in a fresh service: all that it checks stays green, with no edit.

Two of them here, which refer to each other; every night `SVCGEN_SAMPLE=200 uv run pytest -n0
tests/service/test_resource*.py`, where `SVCGEN_SEED` draws others.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.conftest import Service
from service.resources import BATCH, COUNT, NOUNS, SEED, assert_green, copy_of, cycles, named, sample
from svcgen.commands.add import add_resources
from svcgen.resource.change.added import AddRequest
from svcgen.resource.spec import AND
from svcgen.resource.syntax.parse import parse_resources
from svcgen.system.steps import ignore


@pytest.fixture
def copy(billing: Service) -> Iterator[Service]:
    """A copy that shares the virtual environment; not below tmp_path, which pytest closes to the user of Postgres."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield copy_of(billing, Path(directory))


@pytest.mark.parametrize("start", range(0, COUNT, BATCH))
def test_sample(copy: Service, postgres: str, start: int) -> None:
    resources = named(sample(COUNT, SEED)[start : start + BATCH], NOUNS)
    for cycle in cycles(resources):
        words = [word for resource in cycle for word in (AND, *resource)][1:]
        print("svcgen add resource", *words)  # noqa: T201  (shown where it fails)
        added = add_resources(AddRequest(copy.path, parse_resources(words), allow_dirty=True), ignore)
        assert added.complete, added.steps
        assert added.notes == ()

    assert_green(copy, postgres)
