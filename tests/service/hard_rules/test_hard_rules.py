"""Each hard rule has teeth: what breaks it is noticed, and what a good team writes is not.

``uv run python tests/service/hard_rules/table.py`` prints what is proved in here as a table.
"""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from service.conftest import Service
from service.hard_rules import proof, workspace
from service.hard_rules.correct import CORRECT
from service.hard_rules.edit import Change
from service.hard_rules.mutations import MUTATIONS
from service.hard_rules.mutations.migrations import FOLDER, Delete, Git, Move, migration
from service.hard_rules.rules import RULES
from service.hard_rules.waivers import DO_NOT_HOLD, HOLD, Waiver

# The second is ruff's own, of a noqa that names no rule.
WAIVER_REFUSED = re.compile(r"^A waiver names its rule and says why\.|\(PGH004\)$")


def test_rules_are_those_of_the_card(billing: Service) -> None:
    agents = (billing.path / "AGENTS.md").read_text(encoding="utf-8").replace("`", "")
    section = agents.partition("## Hard rules\n")[2].partition("\n## ")[0]
    bullets = [line for line in section.splitlines() if line.startswith("- ")]

    assert len(bullets) == len(RULES)
    assert [rule for rule, bullet in zip(RULES, bullets, strict=True) if not bullet.startswith(f"- {rule}")] == []


def test_every_rule_has_mutations() -> None:
    broken = Counter(mutation.rule for mutation in MUTATIONS)
    later = {mutation.rule for mutation in MUTATIONS if mutation.edit.files}

    assert set(broken) == later == set(RULES)
    assert min(broken.values()) >= 3


def test_what_breaks_a_rule_is_noticed(billing: Service, tmp_path: Path) -> None:
    missed = [outcome for outcome in proof.statically(billing, tmp_path) if not outcome.caught]

    assert not missed, "\n".join(str(outcome) for outcome in missed)


def test_what_only_the_running_app_knows_is_noticed(billing: Service, tmp_path: Path, postgres: str) -> None:
    missed = [outcome for outcome in proof.at_run_time(billing, tmp_path, postgres) if not outcome.caught]

    assert not missed, "\n".join(str(outcome) for outcome in missed)


@pytest.mark.parametrize("directory", ["app", "tests"])
def test_private_attributes_are_refused(billing: Service, tmp_path: Path, directory: str) -> None:
    service = workspace.copy(billing, tmp_path / "service")
    (service.path / directory / "frames.py").write_text("import sys\n\nFRAME = sys._getframe()\n", encoding="utf-8")

    assert "SLF001" in service.run("ruff", "check").stdout


@pytest.fixture(scope="module")
def grown(billing: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A service in which a team has made all the correct edits."""
    return workspace.edited(billing, tmp_path_factory.mktemp("grown") / "service", *CORRECT)


def test_correct_edits_break_no_rule(grown: Service) -> None:
    verdict = workspace.check(grown)

    assert verdict.findings == [], verdict.output
    assert verdict.returncode == 0
    assert "app/api/region.py" in verdict.waived


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "format", "--check", "--diff"], id="ruff format"),
        pytest.param(["mypy"], id="mypy"),
    ],
)
def test_correct_edits_are_good_code(grown: Service, command: list[str]) -> None:
    result = grown.run(*command)

    assert result.returncode == 0, result.stdout + result.stderr


def test_correct_edits_pass_the_suite(grown: Service, postgres: str) -> None:
    result = grown.test("-p", "no:cacheprovider", TEST_DATABASE_URL=postgres)

    assert result.returncode == 0, result.stdout


def test_a_migration_that_is_only_on_the_branch_may_change(billing: Service, tmp_path: Path) -> None:
    service = workspace.branch(billing, tmp_path / "service")
    files = [f"{FOLDER}/20261102090{number}_own_{number}.py" for number in range(3)]
    for number, file in enumerate(files):
        parent = f'"own_{number - 1}"' if number else '"deleted0000"'
        text = migration(f"own_{number}", 'op.execute("SELECT 1")', parent=parent)
        (service.path / file).write_text(text, encoding="utf-8")
    subprocess.run(["git", "add", "."], cwd=service.path, check=True)
    Git().make(service.path)

    for step in (Change(files[0], "SELECT 1", "SELECT 2"), Git(), Move(files[1], f"{FOLDER}/x.py"), Delete(files[2])):
        step.make(service.path)

    verdict = workspace.check(service)
    assert verdict.returncode == 0, verdict.output


def check_with(waivers: list[Waiver], service: Service) -> workspace.Verdict:
    for waiver in waivers:
        waiver.edit.make(service.path)
    return workspace.check(service)


def test_waivers_with_a_reason_hold_and_are_listed(billing: Service, tmp_path: Path) -> None:
    verdict = check_with(HOLD, workspace.branch(billing, tmp_path / "service"))

    assert verdict.returncode == 0, verdict.output
    assert [waiver.edit.name for waiver in HOLD if waiver.file not in verdict.waived] == [], verdict.output


def test_waivers_without_a_reason_do_not_hold(billing: Service, tmp_path: Path) -> None:
    verdict = check_with(DO_NOT_HOLD, workspace.branch(billing, tmp_path / "service"))

    refused = {found.file for found in verdict.findings if WAIVER_REFUSED.search(found.message)}
    assert verdict.returncode == 1
    assert [waiver.edit.name for waiver in DO_NOT_HOLD if waiver.file not in refused] == [], verdict.output
