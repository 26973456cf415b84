"""docs/fleet.md, followed to the letter: every command runs as it is written, one after the other."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git
from support.svcgen import ROOT
from support.upstream import APP, FILES, Upstream, changed

PAGE = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```", PAGE, flags=re.MULTILINE | re.DOTALL)
# What the page says of the exit code, where it is not 0.
CODES = {"svcgen status --repos services.txt --check": 4}
COPIER = "copier update"
# By test_edited_services.py: what helps after Copier has dropped edits.
RESCUES = ("git stash", "git switch --detach")


@pytest.fixture
def reader(tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Mapping[str, str]]:
    """A directory with two services at v0.2.0 of a template that is at v0.3.0, and the environment of whoever reads."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    place = tmp_path / "reader"
    (place / "code").mkdir(parents=True)
    upstream = Upstream.make(tmp_path, environ, "v0.2.0")
    for name in ("billing", "catalog"):
        git(tmp_path, "clone", "--quiet", "--bare", str(upstream.service), f"{name}.git")
        git(tmp_path, "clone", "--quiet", str(tmp_path / f"{name}.git"), str(place / "code" / name))
    answers = place / "code" / "catalog" / "app.py"
    answers.write_text(answers.read_text() + "ours = 1\n")
    upstream.commit(place / "code" / "catalog", "Edit")
    upstream.release("v0.3.0", **{APP: changed(FILES[APP], 3, "theirs")})

    fake_program(tmp_path / "bin", "svcgen", f'exec {sys.executable} -m svcgen "$@"')
    fake_program(tmp_path / "bin", "copier", f'exec {sys.executable} -m copier "$@"')
    path = fake_program(tmp_path / "bin", "gh", f'echo "$PWD $*" >> {tmp_path}/gh.log')
    return place, {**environ, "PATH": path, "HOME": str(tmp_path)}


def run(script: str, place: Path, environ: Mapping[str, str]) -> str:
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=place, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == CODES.get(script.strip(), 0), f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_every_command(reader: tuple[Path, Mapping[str, str]], tmp_path: Path) -> None:
    place, environ = reader
    assert any(block.startswith(COPIER) for block in BLOCKS)
    assert CODES.keys() <= {block.strip() for block in BLOCKS}

    printed = {block: run(block, place, environ) for block in BLOCKS if not block.startswith((COPIER, *RESCUES))}

    assert "2 services: 2 behind v0.3.0, 1 edited\n" in printed["svcgen status --repos services.txt\n"]
    assert "2 services: 2 to be updated\n" in printed["svcgen update --repos services.txt --dry-run\n"]
    assert "2 services: 2 updated\n" in printed["svcgen update --repos services.txt\n"]
    for name in ("billing", "catalog"):
        pushed = git(tmp_path / f"{name}.git", "show", "svcgen/v0.3.0:app.py")
        assert "line_3 = 'theirs'" in pushed
        assert ("ours = 1" in pushed) is (name == "catalog")
    assert (tmp_path / "gh.log").read_text().split() == [
        word for name in ("billing", "catalog") for word in (str(place / "code" / name), "pr", "create", "--fill")
    ]


def test_what_renovate_runs(reader: tuple[Path, Mapping[str, str]]) -> None:
    place, environ = reader
    (command,) = (block for block in BLOCKS if block.startswith(COPIER))
    run(command, place / "code" / "catalog", environ)
    updated = (place / "code" / "catalog" / "app.py").read_text()
    assert "line_3 = 'theirs'" in updated
    assert "ours = 1" in updated
