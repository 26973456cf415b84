"""svcgen as it is installed: from a wheel, and from git."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from support.helpers import git, tree
from support.svcgen import ROOT, Svcgen
from svcgen.template.describe import describe, is_dirty

ANSWERS = ".copier-answers.yml"


def run(*command: str | Path, cwd: Path, environ: Mapping[str, str]) -> str:
    return subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True).stdout


def install(what: str | Path, tmp_path: Path, environ: Mapping[str, str]) -> Path:
    """Install svcgen without what it needs, which is here, and return its directory."""
    place = tmp_path / "installed"
    uv = ("uv", "pip", "install", "--quiet", "--no-deps", "--target", place, "--python", sys.executable)
    run(*uv, what, cwd=tmp_path, environ=environ)
    return place


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

    installed, checkout = tree(workdir / "installed"), tree(workdir / "checkout")
    assert {**installed, ANSWERS: None} == {**checkout, ANSWERS: None}
    recorded = yaml.safe_load(installed[ANSWERS][1])
    assert recorded["_commit"] == report["template_version"] == describe(ROOT)
    assert report["updatable"] == (not is_dirty(describe(ROOT)))


def test_a_wheel_of_an_sdist_knows_its_commit(
    svcgen: Svcgen, clone: Path, tmp_path: Path, environ: Mapping[str, str]
) -> None:
    run("uv", "build", "--quiet", "--out-dir", tmp_path / "dist", cwd=clone, environ=environ)
    assert git(clone, "status", "--porcelain") == ""
    (wheel,) = (tmp_path / "dist").glob("svcgen-*.whl")
    place = install(wheel, tmp_path, environ)
    made = json.loads(svcgen("new", "billing", "--no-sync", "--json", PYTHONPATH=str(place)).stdout)

    assert made["template_version"] == f"v98.0.0-1-g{git(clone, 'rev-parse', '--short', 'HEAD')}"
    assert made["source"] == "https://github.com/svcgen/svcgen"
    assert made["updatable"]


@pytest.mark.parametrize("at", ["", "@v98.0.0"])
def test_installed_from_git(
    svcgen: Svcgen, workdir: Path, clone: Path, tmp_path: Path, environ: Mapping[str, str], at: str
) -> None:
    place = install(f"svcgen @ git+file://{clone}{at}", tmp_path, environ)
    made = json.loads(svcgen("new", "billing", "--no-sync", "--json", PYTHONPATH=str(place)).stdout)
    ahead = f"v98.0.0-1-g{git(clone, 'rev-parse', '--short', 'HEAD')}"
    assert made["template_version"] == ("v98.0.0" if at else ahead)
    assert made["source"] == str(clone)
    assert made["updatable"]
    assert ("After v98.0.0" in (workdir / "billing" / "Dockerfile").read_text()) == (not at)
