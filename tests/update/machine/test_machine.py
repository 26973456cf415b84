"""A few random histories here, and many by night, with another seed each time.

`SVCGEN_SAMPLE=2000 uv run pytest -n0 -rP tests/update/machine`
"""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from update.machine import programs
from update.machine.machine import Machine
from update.machine.snapshot import differences
from update.machine.world import Lab

COUNT = int(os.environ.get("SVCGEN_SAMPLE", "0"))
SETTINGS = settings(
    max_examples=COUNT or 6,
    stateful_step_count=20,
    derandomize=not COUNT,
    database=None,
    deadline=None,
    # To find the shortest history takes hours, and they are short.
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, git_environ: dict[str, str]) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"), git_environ)
    yield lab
    lab.close()


def test_machine(lab: Lab, record_property: Callable[[str, object], None]) -> None:
    class OfLab(Machine):
        pass

    OfLab.lab = lab
    try:
        run_state_machine_as_test(OfLab, settings=SETTINGS)
    finally:
        record_property("examples", OfLab.examples)
        record_property("commands", OfLab.commands)
        print(f"{OfLab.examples} histories, {OfLab.commands} commands of svcgen")  # noqa: T201  (pytest -rP shows it)


@pytest.mark.parametrize("call", ["switch --quiet", "symbolic-ref HEAD"])
@pytest.mark.parametrize("command", ["--abort", "--continue"])
def test_killed_on_no_branch(lab: Lab, command: str, call: str) -> None:
    """Where HEAD is while the work tree moves: nothing was unfinished then, and the way back was lost."""

    class OfLab(Machine):
        pass

    OfLab.lab = lab
    machine = OfLab()
    machine.begin("alone")
    machine.team.write("app.py", 3)
    machine.team.commit()
    machine.update(to="v1.1.0", in_place=False, both=False)
    before, update = machine.before, machine.world.state()
    machine.team.resolve()
    resolved = machine.world.tokens()
    programs.plan(lab.lab, call, 1, "instead", "kill -KILL $1")
    assert machine.world.svcgen("update", command).code == -9
    aborted = machine.world.svcgen("update", "--abort", "--json")

    assert aborted.code == 0, aborted
    assert before
    assert before != update
    left = [line for line in differences(before, machine.world.state()) if "refs/svcgen/aborted" not in line]
    assert not left
    assert resolved <= machine.world.tokens()
