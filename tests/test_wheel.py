import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from conftest import RELEASE, ROOT, Svcgen
from helpers import tree


def run(*command: str | Path, cwd: Path, environ: Mapping[str, str]) -> str:
    return subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True).stdout


def test_the_wheel_makes_what_the_checkout_makes(
    svcgen: Svcgen, workdir: Path, tmp_path: Path, environ: Mapping[str, str]
) -> None:
    run("uv", "build", "--quiet", "--wheel", "--out-dir", tmp_path / "dist", cwd=ROOT, environ=environ)
    run("uv", "venv", "--quiet", tmp_path / "venv", cwd=tmp_path, environ=environ)
    (wheel,) = (tmp_path / "dist").glob("svcgen-*.whl")
    python = tmp_path / "venv" / "bin" / "python"
    run("uv", "pip", "install", "--quiet", "--python", python, wheel, cwd=tmp_path, environ=environ)

    command = (tmp_path / "venv" / "bin" / "svcgen", "new", "billing", "installed", "--no-sync", "--json")
    report = json.loads(run(*command, cwd=workdir, environ=environ))
    assert svcgen("new", "billing", "checkout", "--no-sync").returncode == 0

    answers = ".copier-answers.yml"
    installed, checkout = tree(workdir / "installed"), tree(workdir / "checkout")
    assert {**installed, answers: None} == {**checkout, answers: None}
    recorded = yaml.safe_load(installed[answers][1])
    assert recorded["_commit"] == report["template_version"] == RELEASE
    assert report["updatable"]
