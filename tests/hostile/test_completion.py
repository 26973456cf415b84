"""TAB in a checkout that nobody vouches for."""

import os

import pytest

from hostile.checkout import changes
from hostile.conftest import Victim
from hostile.test_programs import everything

attack = pytest.mark.attack
RESOURCES = "svcgen add resource invoice to:ref:"
RELEASES = "svcgen update --to "


@attack("TAB in a checkout with programs of every kind", "nothing of it is executed, nothing is written")
@pytest.mark.parametrize(
    ("line", "word"), [(RESOURCES, "to:ref:trap"), (RELEASES, ""), ("svcgen status ", ":directories")]
)
def test_programs(victim: Victim, line: str, word: str) -> None:
    everything(victim)
    canary = victim.canaries / "model"
    trap = f"open({str(canary)!r}, 'w')\nclass Trap(Base):\n    __tablename__ = 'traps'\n"
    (victim.service / "app" / "models" / "trap.py").write_text(trap)
    for noticed in victim.canaries.iterdir():  # of the git that prepared it
        noticed.unlink()
    before = victim.look()

    result = victim.run(_SVCGEN_COMPLETE=line)

    assert (victim.sung, changes(before, victim.look())) == ([], [])
    assert (result.returncode, result.stderr) == (0, "")
    assert word in result.stdout


@attack("TAB in a checkout with a model that is", "the other words are proposed")
@pytest.mark.parametrize("what", ["a FIFO", "/dev/zero", "nested too deep", "of 3 MiB"])
def test_models(victim: Victim, what: str) -> None:
    model = victim.service / "app" / "models" / "trap.py"
    match what:
        case "a FIFO":
            os.mkfifo(model)
        case "/dev/zero":
            model.symlink_to("/dev/zero")
        case "nested too deep":
            model.write_text("(" * 100_000)
        case _:
            model.write_text("#" * (3 << 20))

    result = victim.run(_SVCGEN_COMPLETE=RESOURCES)

    assert (result.returncode, result.stdout, result.stderr) == (0, "to:ref:invoice\n", "")


@attack("TAB in a checkout whose model is named so as to control the terminal", "it is not proposed as it is")
def test_names(victim: Victim) -> None:
    answers = victim.service / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace("_commit: v1.0.0", '_commit: "v1\\e[2J"'))
    for line in (RESOURCES, RELEASES):
        assert "\x1b" not in victim.run(_SVCGEN_COMPLETE=line).stdout
