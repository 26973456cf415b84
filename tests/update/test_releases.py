"""What this installation carries of earlier releases is what was released."""

import glob
import io
import tarfile

import pytest

from support.helpers import git
from support.svcgen import ROOT
from svcgen.template.history import carried_versions
from svcgen.template.questions import read_config
from update.history import RELEASES

# Of a release, and in no later template: what a team changed in them, or uses of them, an update leaves to the team.
# Their content is in pyproject.toml, or in tests of svcgen.
DROPPED = {".importlinter", "mypy.ini", "tests/shell.py", "tests/test_skills.py"}


def paths(listed: str) -> set[str]:
    """Return the paths of the template's files in a service, without those that depend on an answer."""
    names = (line.removeprefix("template/").removesuffix(".jinja") for line in listed.splitlines())
    return {name for name in names if "{" not in name}


def test_every_release_is_carried() -> None:
    assert set(carried_versions()) == set(RELEASES)


@pytest.mark.parametrize("release", RELEASES)
def test_archive_is_what_git_has(release: str) -> None:
    listed = git(ROOT, "ls-tree", "-r", "--format=%(path) %(objectsize)", RELEASES[release], "copier.yml", "template")
    with tarfile.open(ROOT / "src" / "svcgen" / "template" / "releases" / f"{release}.tar.gz") as archive:
        carried = {f"{member.name} {member.size}" for member in archive if member.isfile()}
        version = io.BytesIO(git(ROOT, "show", f"{RELEASES[release]}:pyproject.toml").encode())

    assert carried == set(listed.splitlines())
    assert f'version = "{release[1:]}"' in version.read().decode()


@pytest.mark.parametrize("release", RELEASES)
def test_every_file_of_a_release_has_a_place(release: str) -> None:
    """List a file that moves in `moved_files` of copier.yml, or one that is not replaced in DROPPED."""
    now = paths(git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "template"))
    now = {name for name in now if list((ROOT / "template").glob(f"{glob.escape(name)}*"))}
    before = paths(git(ROOT, "ls-tree", "-r", "--name-only", RELEASES[release], "template"))
    moved = read_config(ROOT).moved
    assert {old for old in before - now if moved.get(old) not in now} <= DROPPED
    assert {new for new in moved.values() if new not in now} == set()
    assert DROPPED.isdisjoint(now | moved.keys())
