"""The checks that a service ships pass at birth, whatever the answers were."""

import re

import pytest

from service.conftest import Service


def test_suite(service: Service) -> None:
    """With the Postgres that it brings, as `uv run pytest` does in a fresh service."""
    result = service.run("uv", "run", "pytest", "--cov", "--cov-report=term")

    assert result.returncode == 0, result.stdout + result.stderr
    outcome = re.search(r"=+ (.+) in [\d.]+s", result.stdout.splitlines()[-1])
    assert outcome
    passed = re.fullmatch(r"(\d+) passed", outcome[1])
    assert passed, f"not only passed: {outcome[1]}"
    assert int(passed[1]) >= 40
    total = re.search(r"^TOTAL .* (\d+)%$", result.stdout, flags=re.MULTILINE)
    assert total
    assert int(total[1]) >= 95


def test_suite_in_parallel_on_a_given_postgres(billing: Service, postgres: str) -> None:
    """As CI does, with a service container."""
    result = billing.run("pytest", "-n", "2", TEST_DATABASE_URL=postgres)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["python", "scripts/check.py"], id="hard rules"),
        pytest.param(["ruff", "format", "--check", "--diff"], id="ruff format"),
        pytest.param(["mypy"], id="mypy"),
        # What is right for one version must be so for the other, whether this machine has it or not.
        pytest.param(["ruff", "check", "--target-version", "py314"], id="ruff check for 3.14"),
        pytest.param(["ruff", "format", "--check", "--diff", "--target-version", "py314"], id="ruff format for 3.14"),
        pytest.param(["uv", "lock", "--check"], id="uv lock"),
    ],
)
def test_checks(service: Service, command: list[str]) -> None:
    result = service.run(*command)

    assert result.returncode == 0, result.stdout + result.stderr


def test_requirements_are_what_the_lock_exports(service: Service) -> None:
    """By the command that CI and pre-commit of the service run."""
    result = service.run("python", "scripts/lock.py", "--check")

    assert result.returncode == 0, result.stderr


def test_everything_is_committed(service: Service) -> None:
    status = service.run("git", "status", "--porcelain", "--ignored")

    assert {line.split()[1] for line in status.stdout.splitlines() if not line.startswith("!!")} == set()
    assert ".env" in status.stdout
