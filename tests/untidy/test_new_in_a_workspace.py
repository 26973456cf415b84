"""A service that uv would take for a member of a workspace has no lock of its own: told before anything is written."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.svcgen import Svcgen
from svcgen.errors import DestinationError
from svcgen.system.uv import Uv
from svcgen.system.uv_workspace import check_workspace

untidy = pytest.mark.untidy
SERVICE = '[project]\nname = "billing"\nversion = "1"\nrequires-python = "==3.13.*"\n[tool.uv]\npackage = false\n'
MEMBERS = [
    ("members = ['services/*']", "services/billing"),
    ("members = ['./services/*']", "services/billing"),
    ("members = ['services//*/']", "services/billing"),
    ("members = ['services/../services/*']", "services/billing"),
    ("members = ['services/**']", "services/billing"),
    ("members = ['**/billing']", "services/billing"),
    ("members = ['*']", "billing"),
    ("members = ['services/b[a-k]lling']", "services/billing"),
    ("members = ['services/?illing']", "services/billing"),
    ("members = ['services/*']\nexclude = ['services']", "services/billing"),
    ("members = ['services/*']", "services/.billing"),
]
NOT_MEMBERS = [
    ("members = ['services/*']", "services/billing/api"),
    ("members = ['*']", "services/billing"),
    ("members = ['services/{billing,other}']", "services/billing"),
    ("members = ['services/*']\nexclude = ['services/billing']", "services/billing"),
    ("members = ['services/*']\nexclude = ['./services/b*/']", "services/billing"),
    ("members = []", "billing"),
    ("", "billing"),
]


def workspace(root: Path, settings: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text(f"[tool.uv.workspace]\n{settings}\n")
    return root


@untidy("svcgen new", "uv workspaces, by member globs and excludes", "what uv itself takes for a member")
@pytest.mark.parametrize(("settings", "place"), [*MEMBERS, *NOT_MEMBERS])
def test_what_uv_takes_for_a_member(tmp_path: Path, settings: str, place: str) -> None:
    root = workspace(tmp_path / "root", settings)
    is_member = (settings, place) in MEMBERS
    try:
        check_workspace(root / place)
    except DestinationError:
        assert is_member
    else:
        assert not is_member

    (root / place).mkdir(parents=True)
    (root / place / "pyproject.toml").write_text(SERVICE)
    uv = Uv.find("3.13", lambda _event: None)
    uv.run(root / place, "lock")
    assert (root / "uv.lock").exists() == is_member
    assert (root / place / "uv.lock").exists() != is_member


@untidy("svcgen new", "a project without a workspace between", "no member")
def test_the_nearest_project_decides(tmp_path: Path) -> None:
    root = workspace(tmp_path / "root", "members = ['**']")
    (root / "services").mkdir()
    (root / "services" / "pyproject.toml").write_text("[tool.ruff]\n")

    check_workspace(root / "services" / "billing")


@untidy("svcgen new", "inside a uv workspace", "nothing is written; the line that is printed makes it work")
@pytest.mark.parametrize(
    ("exclude", "options"),
    [("", ("--no-sync",)), ("", ("--dry-run",)), ("", ("--json",)), ("exclude = ['services/old']\n", ())],
)
def test_both_ways_are_printed(svcgen: Svcgen, workdir: Path, options: tuple[str, ...], exclude: str) -> None:
    workspace(workdir, f"members = ['services/*']\n{exclude}")
    result = svcgen("new", "billing", "services/billing", *options)

    assert result.returncode == 1
    assert [path.name for path in workdir.iterdir()] == ["pyproject.toml"]
    assert "uv export" in result.stderr
    line = re.search(r"^ *(exclude = .+)$", result.stderr, re.MULTILINE)
    assert line
    workspace(workdir, f"members = ['services/*']\n{line[1]}")
    check_workspace(workdir / "services" / "billing")
    check_workspace(workdir / "services" / "old") if exclude else None


@untidy("svcgen new", "below a workspace that excludes it alone", "a lock of its own")
def test_an_excluded_service_is_locked_alone(svcgen: Svcgen, workdir: Path, environ: Mapping[str, str]) -> None:
    workspace(workdir, "members = ['services/**']\nexclude = ['services/billing']")
    result = svcgen("new", "billing", "services/billing")

    assert result.returncode == 0, result.stderr
    service = workdir / "services" / "billing"
    subprocess.run(["uv", "lock", "--check", "--offline"], cwd=service, env=environ, check=True, capture_output=True)
    assert not (workdir / "uv.lock").exists()


@untidy("svcgen new", "a pyproject.toml above that is not TOML", "told before anything is written")
def test_a_project_that_uv_can_t_read(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "pyproject.toml").write_text("[[[\n")
    result = svcgen("new", "billing", "--no-sync")

    assert result.returncode == 1
    assert f"uv can't read {workdir}/pyproject.toml" in result.stderr
    assert os.listdir(workdir) == ["pyproject.toml"]  # noqa: PTH208
