"""What this installation carries of earlier releases is what was released."""

import io
import tarfile

import pytest

from conftest import ROOT
from helpers import git
from svcgen.template.history import carried_versions
from update.history import RELEASES


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
