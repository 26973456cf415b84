import os
from pathlib import Path

import pytest

from helpers import fake_program
from svcgen.errors import ToolError
from svcgen.events import ignore
from svcgen.toolchain import Uv


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


def test_the_network_is_tried_when_the_cache_is_not_enough(machine: Path) -> None:
    (machine / "bin").mkdir()
    fake_program(machine / "bin", "uv", 'case "$*" in *--offline) exit 1;; esac; echo "online: $*"')
    assert Uv.find("3.13", ignore).run(machine, "lock") == "online: lock\n"
