"""The release command, in a clone; what it runs to check the release is left out, but for the build."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git
from support.svcgen import RELEASE, commit_all

Release = Callable[..., subprocess.CompletedProcess[str]]
CHANGELOG = f"""\
# Changelog

## Unreleased

### What a team must do

- Rest.

## [{RELEASE[1:]}] - 2026-11-20

[{RELEASE[1:]}]: https://git.example.com/{RELEASE}
"""


@pytest.fixture
def release(clone: Path, tmp_path: Path, environ: Mapping[str, str]) -> Release:
    """Run the command in a clone that is about to release 98.1.0."""
    fake_program(tmp_path / "bin", "uv", f'case "$1" in build) exec {shutil.which("uv")} "$@";; esac')
    for name, old, new in (
        ("pyproject.toml", r'(?m)^version = ".*"', 'version = "98.1.0.dev0"'),
        ("README.md", r"svcgen/svcgen@\S+ ", f"svcgen/svcgen@{RELEASE} "),
    ):
        (clone / name).write_text(re.sub(old, new, (clone / name).read_text()))
    (clone / "CHANGELOG.md").write_text(CHANGELOG)
    commit_all(clone, environ)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, str(clone / ".ci" / "release.py"), *arguments)
        variables = {**environ, "UV": str(tmp_path / "bin" / "uv"), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)

    return run


def complaints(result: subprocess.CompletedProcess[str]) -> list[str]:
    assert result.returncode == 1
    first, *found = result.stderr.splitlines()
    assert first == "v98.1.0 can't be released:"
    return [line.strip() for line in found]


def test_a_release(release: Release, clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    assert release("--check").returncode == 0
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "status", "--porcelain")) == (before, "")

    done = release()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Publish both: git push origin main v98.1.0\n")
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "log", "-2", "--format=%s").splitlines() == [
        "Carry the template of v98.1.0, begin 98.2.0.dev0",
        "Release 98.1.0",
    ]
    tagged = git(clone, "rev-parse", "v98.1.0^{commit}")
    assert tagged == git(clone, "rev-parse", "HEAD~1")
    commits = (clone / "src" / "svcgen" / "template" / "releases" / "COMMITS").read_text().splitlines()
    ids = git(clone, "rev-parse", "HEAD:copier.yml", "HEAD:template").split()
    assert commits[-1].split() == ["v98.1.0", tagged, *ids]
    assert 'version = "98.2.0.dev0"' in (clone / "pyproject.toml").read_text()
    installed = set(re.findall(r"svcgen/svcgen@([\w.]*\w)", git(clone, "show", "v98.1.0:README.md")))
    assert installed == {"v98.1.0"}
    changelog = git(clone, "show", "v98.1.0:CHANGELOG.md")
    assert "\n[98.1.0]: https://github.com/svcgen/svcgen/releases/tag/v98.1.0\n" in changelog
    sections = re.findall(r"^(?:## )?\[?[\w.]+\]?(?= - |:|$)", (clone / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    old = RELEASE[1:]
    assert sections == ["## Unreleased", "## [98.1.0]", f"## [{old}]", "[98.1.0]", f"[{old}]"]

    git(clone, "checkout", "--quiet", "v98.1.0")
    assert release("--check", "v98.1.0").returncode == 0
    assert "the tag is v98.0.0, and pyproject.toml has version 98.1.0" in complaints(release("--check", "v98.0.0"))
    assert complaints(release()) == ["pyproject.toml has 98.1.0, which is released; it needs a development version"]


def test_what_keeps_from_releasing(release: Release, clone: Path, environ: Mapping[str, str]) -> None:
    (clone / "CHANGELOG.md").write_text(CHANGELOG.replace("\n- Rest.\n", ""))
    (clone / "template" / "untracked.txt").touch()
    git(clone, "tag", "v98.1.0", "HEAD~1")
    before = git(clone, "rev-parse", "HEAD")

    assert complaints(release()) == [
        "CHANGELOG.md does not list what a team must do for 98.1.0; if nothing, list that: '- Nothing.'",
        "there are changes that are not committed",
        "v98.1.0 is another commit already",
        "the wheel's template is not git's: template/untracked.txt",
    ]
    assert git(clone, "rev-parse", "HEAD") == before
    (clone / "CHANGELOG.md").write_text(CHANGELOG.replace("Unreleased", "Soon") + "[98.1.0]: x\n")
    commit_all(clone, environ)
    assert complaints(release("--check", "v98.1.0"))[:3] == [
        "pyproject.toml has 98.1.0.dev0, which is a development version",
        "CHANGELOG.md has no section 'Unreleased'",
        "CHANGELOG.md has a link for [98.1.0] at its end",
    ]
    assert "--check" in release("--chek").stderr
