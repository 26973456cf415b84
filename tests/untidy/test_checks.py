"""The hard rules are checked whatever the machine is like: nothing switches one off without a word."""

from collections import ChainMap
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.conftest import Service
from service.hard_rules import workspace
from service.hard_rules.edit import Change
from service.hard_rules.mutation import Mutation
from service.hard_rules.proof import STATIC, batches
from support.helpers import fake_program
from support.night import NIGHT
from untidy.environments import GROUPS, Environ

untidy = pytest.mark.untidy
NAMES = (
    [(name,) for group in GROUPS.values() for name in group] if NIGHT else [tuple(group) for group in GROUPS.values()]
)


@pytest.fixture(scope="module")
def broken(billing: Service, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Service, list[Mutation]]]:
    """Services in which rules are broken: by all mutations at night, else by the most that can be made in one."""
    folder = tmp_path_factory.mktemp("broken")
    chosen = sorted(batches(STATIC, alone=False), key=len, reverse=True)[: None if NIGHT else 1]
    services = [(workspace.branch(billing, folder / str(number)), batch) for number, batch in enumerate(chosen)]
    for service, batch in services:
        for mutation in batch:
            mutation.edit.make(service.path)
    return services


@untidy("check.py", "variables of the environment, together", "all mutations are caught")
@pytest.mark.parametrize("names", NAMES, ids=list(GROUPS) if not NIGHT else "-".join)
def test_no_environment_switches_a_rule_off(
    broken: list[tuple[Service, list[Mutation]]], names: tuple[str, ...], tmp_path: Path
) -> None:
    environ = dict(ChainMap(*(dict(environ) for environ in made(names, tmp_path))))

    for service, mutations in broken:
        verdict = workspace.check(service, **environ)
        missed = [mutation.name for mutation in mutations if not verdict.names(mutation)]
        assert missed == [], verdict.output


def made(names: tuple[str, ...], folder: Path) -> Iterator[Environ]:
    every = {name: make for group in GROUPS.values() for name, make in group.items()}
    for number, name in enumerate(names):
        (folder / str(number)).mkdir()
        yield every[name](folder / str(number))


@pytest.fixture
def service(billing: Service, tmp_path: Path) -> Service:
    return workspace.copy(billing, tmp_path / "service")


@untidy("check.py", "fix = true in ruff.toml", "no file is rewritten")
def test_a_check_rewrites_nothing(service: Service) -> None:
    unsorted = "import sys\nimport os\n\nNAMES = [sys, os]\n"
    Change("hard-rules/ruff.toml", "line-length = 120\n", "line-length = 120\nfix = true\nfix-only = true\n").make(
        service.path
    )
    (service.path / "app" / "names.py").write_text(unsorted)

    verdict = workspace.check(service)
    assert "app/names.py:1:1:" in verdict.output
    assert (service.path / "app" / "names.py").read_text() == unsorted


@untidy("check.py", "module names of half a line", "caught")
def test_long_names_are_still_read(service: Service) -> None:
    """The report of the layers is text, wrapped at the width of a terminal."""
    long = "a_name_that_takes_more_than_half_of_a_line"
    for layer, text in (("models", "NAME = 1\n"), ("schemas", f"from app.models.{long} import NAME\n\nTITLE = NAME\n")):
        (service.path / "app" / layer / f"{long}.py").write_text(text)

    verdict = workspace.check(service)
    assert f"app/schemas/{long}.py:1:1: Layers: " in verdict.output


@untidy("check.py", "a contract of another kind in pyproject.toml", "caught")
def test_contracts_of_every_kind_are_heard(service: Service) -> None:
    """A team adds its own; the report of some names no line in the form that the template's have."""
    contract = '[[tool.importlinter.contracts]]\nname = "errors are ours"\ntype = "protected"\n'
    with (service.path / "pyproject.toml").open("a") as contracts:
        contracts.write(f'\n{contract}protected_modules = ["app.errors"]\nallowed_importers = ["app.deps"]\n')

    verdict = workspace.check(service)
    assert verdict.returncode == 1
    assert "pyproject.toml:1:1: Layers: " in verdict.output
    assert "errors are ours: " in verdict.output


@untidy("check.py", "a tool that prints something else", "red, with what it printed")
@pytest.mark.parametrize(
    ("tool", "output"),
    [("ruff", "[{"), ("ast-grep", ""), ("lint-imports", ""), ("lint-imports", "Contracts: 3 kept, 1 broken.")],
)
def test_what_a_tool_says_is_understood_or_red(service: Service, tool: str, output: str) -> None:
    real = (service.path / ".venv").resolve()
    (service.path / ".venv").unlink()
    (service.path / ".venv" / "bin").mkdir(parents=True)
    for entry in (*real.glob("*"), *real.glob("bin/*")):
        link = service.path / ".venv" / entry.relative_to(real)
        if not link.exists() and entry.name != tool:
            link.symlink_to(entry)
    fake_program(service.path / ".venv" / "bin", tool, f"echo '{output}'")

    verdict = workspace.check(service)
    assert verdict.returncode == 1
    assert f"{tool} printed something other than " in verdict.output
