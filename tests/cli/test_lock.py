import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.svcgen import ROOT, Svcgen
from svcgen.service.lock import EXPORT


def pinned(python: str) -> dict[str, str]:
    """The versions that a constraints file names."""
    lines = (ROOT / "src" / "svcgen" / "service" / "constraints" / f"{python}.txt").read_text().splitlines()
    pairs = (line.split(";")[0].strip().split("==") for line in lines if "==" in line)
    return dict(pairs)


# The first and the last name there can be sort before and after every dependency.
@pytest.mark.parametrize("name", ["aa", "zz-top"])
def test_a_lock_holds_the_tested_versions(svcgen: Svcgen, workdir: Path, environ: Mapping[str, str], name: str) -> None:
    result = svcgen("new", name)
    assert result.returncode == 0, result.stderr
    service = workdir / name
    lock = tomllib.loads((service / "uv.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"] if package["name"] != name}
    assert locked == pinned("3.13")
    assert "constraints" not in lock.get("manifest", {})
    subprocess.run(["uv", "lock", "--check", "--offline"], cwd=service, env=environ, check=True, capture_output=True)


@pytest.mark.parametrize("platform", ["fly", "railway"])
def test_the_export_is_what_the_template_ships(
    svcgen: Svcgen, workdir: Path, plain_template: Path, platform: str
) -> None:
    assert svcgen("new", "billing", "--platform", platform).returncode == 0
    (shipped,) = plain_template.glob("template/*3.13*requirements.txt*")
    assert (workdir / "billing" / "requirements.txt").read_text() == shipped.read_text()


def test_the_documented_export_command(svcgen: Svcgen, workdir: Path, environ: Mapping[str, str]) -> None:
    assert svcgen("new", "billing").returncode == 0
    requirements = workdir / "billing" / "requirements.txt"
    before = requirements.read_text()
    requirements.unlink()
    subprocess.run(EXPORT.split(), cwd=workdir / "billing", env=environ, check=True, capture_output=True)
    assert requirements.read_text() == before
