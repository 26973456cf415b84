"""Random resources in a fresh service: all that it checks stays green, with no edit.

Two of them here, which refer to each other; every night `SVCGEN_SAMPLE=200 uv run pytest -n0
tests/generated/test_resource*.py`, where `SVCGEN_SEED` draws others.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generated.conftest import Service
from generated.resources import cycles, named, sample
from svcgen.commands.add import add_resources
from svcgen.resource.change.added import AddRequest
from svcgen.resource.spec import AND
from svcgen.resource.syntax.parse import parse_resources
from svcgen.system.events import ignore

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


@pytest.fixture
def copy(billing: Service) -> Iterator[Service]:
    """A copy that shares the virtual environment; not below tmp_path, which pytest closes to the user of Postgres."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield copy_of(billing, Path(directory))


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
