import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.helpers import fake_program
from svcgen.errors import ToolError
from svcgen.system.steps import CommandRun, ignore
from svcgen.system.uv import Uv, check_uv


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH and an empty home."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.delenv("UV_PYTHON", raising=False)
    monkeypatch.setattr("sysconfig.get_path", lambda _, scheme="venv": str(tmp_path / scheme))
    return tmp_path


def place_uv(directory: Path) -> Path:
    directory.mkdir(parents=True)
    fake_program(directory, "uv", "exit 0")
    return directory / "uv"


def place_python(machine: Path, version: str) -> Path:
    directory = machine / ".pyenv" / "versions" / version / "bin"
    directory.mkdir(parents=True)
    fake_program(directory, "python3.13", "exit 0")
    return directory / "python3.13"


@pytest.mark.parametrize("place", ["bin", "venv", "posix_user", ".pyenv/versions/3.11.7/bin"])
def test_uv_is_found(machine: Path, place: str) -> None:
    uv = place_uv(machine / place)
    assert Uv.find("3.13", ignore).program == uv


def test_a_shim_is_passed_over(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shims = machine / ".pyenv" / "shims"
    place_uv(shims)
    uv = place_uv(machine / ".pyenv" / "versions" / "3.11.7" / "bin")
    monkeypatch.setenv("PATH", str(shims))
    assert Uv.find("3.13", ignore).program == uv


def test_the_error_lists_every_place(machine: Path) -> None:
    (machine / ".pyenv" / "versions" / "3.11.7" / "bin").mkdir(parents=True)
    with pytest.raises(ToolError) as caught:
        Uv.find("3.13", ignore)
    for place in ("bin", "venv", "posix_user", ".pyenv/versions/3.11.7/bin"):
        assert str(machine / place) in caught.value.message
    assert caught.value.hint == "install it with: pip install uv"


def test_the_newest_patch_of_pyenv_is_used(machine: Path) -> None:
    place_uv(machine / "bin")
    for version in ("3.13.2", "3.13.0rc1", "3.13-dev", "3.14.0", "3.13.20t"):
        place_python(machine, version)
    newest = place_python(machine, "3.13.10")
    assert Uv.find("3.13", ignore).environ["UV_PYTHON"] == str(newest)


def test_pyenv_may_be_elsewhere(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = place_uv(machine / "elsewhere" / "versions" / "3.12.1" / "bin")
    place_uv(machine / ".pyenv" / "versions" / "3.12.1" / "bin")
    monkeypatch.setenv("PYENV_ROOT", str(machine / "elsewhere"))
    assert Uv.find("3.13", ignore).program == uv
    monkeypatch.setenv("PYENV_ROOT", "")
    assert Uv.find("3.13", ignore).program == machine / ".pyenv" / "versions" / "3.12.1" / "bin" / "uv"


def test_without_a_fitting_python_uv_looks_itself(machine: Path) -> None:
    place_uv(machine / "bin")
    place_python(machine, "3.14.0")
    assert "UV_PYTHON" not in Uv.find("3.13", ignore).environ


def test_the_choice_of_the_user_stands(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place_uv(machine / "bin")
    place_python(machine, "3.13.1")
    monkeypatch.setenv("UV_PYTHON", "3.13")
    assert Uv.find("3.13", ignore).environ["UV_PYTHON"] == "3.13"


def test_the_environment_of_svcgen_is_not_the_service_s(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place_uv(machine / "bin")
    for name in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_FROZEN"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("UV_INDEX", "kept")
    environ = Uv.find("3.13", ignore).environ
    assert not {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_FROZEN"} & environ.keys()
    assert environ["UV_INDEX"] == "kept"
    assert os.environ["VIRTUAL_ENV"] == "1"


@pytest.fixture
def calls(machine: Path) -> Callable[[], list[str]]:
    """Put a uv that notes how it is called in place; return how to read it."""
    log = machine / "calls"
    fake_program(
        machine / "bin", "uv", f'echo "$*" >>{log}\ncase "$*" in $FAILING) echo "failed: $*" >&2; exit 1;; esac'
    )
    return lambda: [call for call in log.read_text().splitlines() if call != "--version"]


@pytest.mark.parametrize(
    ("command", "failing", "expected"),
    [
        (("lock",), "", ["--offline lock"]),
        (("lock",), "--offline*", ["--offline lock", "lock"]),
        (("export", "--frozen"), "--offline*", ["--offline export --frozen", "export --frozen"]),
        # uv takes what follows the program of `run` as the program's own arguments.
        (
            ("run", "scripts/check.py", "--fix"),
            "",
            ["--offline sync --frozen --inexact", "run --no-sync scripts/check.py --fix"],
        ),
        (
            ("run", "pytest"),
            "--offline*",
            ["--offline sync --frozen --inexact", "sync --frozen --inexact", "run --no-sync pytest"],
        ),
    ],
)
def test_the_network_is_for_uv_alone(
    machine: Path,
    calls: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    failing: str,
    expected: list[str],
) -> None:
    monkeypatch.setenv("FAILING", failing)
    Uv.find("3.13", ignore).run(machine, *command)
    assert calls() == expected


@pytest.mark.parametrize(
    ("command", "failing", "expected"),
    [
        (("lock",), "*", ["--offline lock", "lock"]),
        (("run", "pytest"), "run*", ["--offline sync --frozen --inexact", "run --no-sync pytest"]),
        (("run", "pytest"), "*sync*", ["--offline sync --frozen --inexact", "sync --frozen --inexact"]),
    ],
)
def test_a_failure_is_told_and_no_check_runs_twice(
    machine: Path,
    calls: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    failing: str,
    expected: list[str],
) -> None:
    monkeypatch.setenv("FAILING", failing)
    with pytest.raises(ToolError) as caught:
        Uv.find("3.13", ignore).run(machine, *command)
    assert caught.value.message == f"uv {expected[-1]}: failed: {expected[-1]}"
    assert calls() == expected


def test_it_runs_in_the_directory_and_tells_of_it(machine: Path) -> None:
    (machine / "bin").mkdir()
    fake_program(machine / "bin", "uv", 'echo "$PWD"')
    (machine / "service").mkdir()
    told: list[object] = []
    output = Uv.find("3.13", told.append).run(machine / "service", "lock")
    assert output == f"{machine / 'service'}\n"
    assert told == [CommandRun("uv --offline lock", output)]


def test_a_uv_that_is_too_old_is_refused_at_once(machine: Path) -> None:
    check_uv()  # where there is none, that shows later
    fake_program(machine / "bin", "uv", "echo uv 0.6.10")
    with pytest.raises(ToolError) as caught:
        check_uv()
    assert caught.value.message == f"{machine}/bin/uv is uv 0.6.10, and svcgen needs 0.6.11 or newer"
    assert caught.value.hint == "upgrade it the way it was installed: uv self update, or pip install --upgrade uv"
