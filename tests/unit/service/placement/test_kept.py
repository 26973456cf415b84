"""What is in the place of a template's file, whatever it is."""

import os
import subprocess
from pathlib import Path

import pytest

from support.helpers import git
from svcgen.errors import DestinationError
from svcgen.service.placement.existing import Existing, Kept
from svcgen.service.placement.kept import is_needed, record

FILES = dict.fromkeys(
    ("README.md", "app/main.py", "docs/runbook.md", ".github/SECURITY.md", ".github/renovate.json"), "template\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    for name, content in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    (tmp_path / "here").mkdir()
    (tmp_path / "outside").mkdir()
    return project


def kept(project: Path, make: str) -> dict[str, str]:
    """Make something in the destination, and return what keeps which file from being written."""
    here = project.parent / "here"
    subprocess.run(["sh", "-ec", make], cwd=here, check=True)
    return {one.path: one.yours for one in Existing(here).kept(project, FILES)}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("echo LICENSE >LICENSE; mkdir -p app/other docs", {}),
        ("echo yours >README.md", {"README.md": "README.md"}),
        ("printf 'template\\n' >README.md", {}),
        ("mkdir README.md", {"README.md": "README.md"}),
        ("mkfifo README.md", {"README.md": "README.md"}),
        ("ln -s nowhere README.md", {"README.md": "README.md"}),
        ("ln -s ../project/README.md README.md", {"README.md": "README.md"}),
        ("ln -s ../outside app", {"app/main.py": "app"}),
        ("ln -s nowhere app", {"app/main.py": "app"}),
        ("touch app", {"app/main.py": "app"}),
        ("mkdir -p app/.git", {"app/main.py": "app"}),
        ("mkdir app; echo 'gitdir: x' >app/.git", {"app/main.py": "app"}),
        ("touch Readme.MD", {"README.md": "Readme.MD"}),
        ("mkdir Docs; touch Docs/RunBook.md", {"docs/runbook.md": "Docs/RunBook.md"}),
        ("mkdir Docs docs; touch Docs/other.md", {}),
        ("touch DOCS", {"docs/runbook.md": "DOCS"}),
        ("touch readme.md README.md", {"README.md": "README.md"}),
        ("head -c 100000 /dev/zero >README.md", {"README.md": "README.md"}),
        ("printf 'template\\n' >SECURITY.md", {".github/SECURITY.md": "SECURITY.md"}),
        ("touch .renovaterc", {".github/renovate.json": ".renovaterc"}),
        (
            "mkdir -p .github docs; touch renovate.json5 docs/SECURITY.md",
            {
                ".github/SECURITY.md": "docs/SECURITY.md",
                ".github/renovate.json": "renovate.json5",
            },
        ),
    ],
)
def test_on_disk(project: Path, make: str, expected: dict[str, str]) -> None:
    assert kept(project, make) == expected


COMMIT = "git add -A && git -c user.name=Ada -c user.email=a@example.com commit -qm x"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (f"echo yours >README.md; {COMMIT}; rm README.md", {"README.md": "README.md"}),
        (f"echo yours >README.md; {COMMIT}; git rm -q README.md", {"README.md": "README.md"}),
        ("echo yours >README.md; git add .; rm README.md", {"README.md": "README.md"}),
        (f"echo yours >app; {COMMIT}; rm app", {"app/main.py": "app"}),
        (f"mkdir README.md; touch README.md/file; {COMMIT}; rm -r README.md", {"README.md": "README.md"}),
        (f"touch readme.MD; {COMMIT}; git sparse-checkout set --no-cone other", {"README.md": "readme.MD"}),
    ],
)
def test_tracked_and_not_on_disk(project: Path, make: str, expected: dict[str, str]) -> None:
    assert kept(project, f"git init -q; {make}") == expected


def test_a_deleted_folder_of_a_repository_around_it_is_not_there(project: Path) -> None:
    """`git rm -r billing` and then `svcgen new billing` makes all of it."""
    git(project.parent, "init", "-q")
    assert kept(project, f"echo yours >README.md; {COMMIT}; rm README.md") == {}


def test_a_diff_shows_yours_and_the_template_s(project: Path) -> None:
    (project.parent / "here" / "README.md").write_text("# Yours")
    (one,) = Existing(project.parent / "here").kept(project, ["README.md"])
    assert one.diff == (
        "--- yours/README.md\n+++ template/README.md\n@@ -1 +1 @@\n-# Yours\n\\ No newline at end of file\n+template\n"
    )


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("README.md", "ln -s /etc/passwd README.md"),
        ("README.md", "printf 'a\\0b' >README.md"),
        ("README.md", "printf '\\377' >README.md"),
        (".env", "echo API_KEY=secret >.env"),
    ],
)
def test_no_diff_of_secrets_links_and_binary_files(project: Path, name: str, make: str) -> None:
    (project / ".env").write_text("API_KEY=example\n")
    subprocess.run(["sh", "-ec", make], cwd=project.parent / "here", check=True)
    assert Existing(project.parent / "here").kept(project, [name]) == (Kept(name, name),)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("touch LICENSE README.md; mkdir -p .github/other .x app/__pycache__ docs/adr", ()),
        ("mkdir charts; touch charts/file", ("charts",)),
        ("mkdir app; touch app/routes.py app/main.py app/.DS_Store", ("app/routes.py",)),
        ("mkdir -p tests/unit", ("tests",)),
        ("ln -s ../outside charts", ()),
    ],
)
def test_folders_and_modules_that_a_service_does_not_have(project: Path, make: str, expected: tuple[str, ...]) -> None:
    subprocess.run(["sh", "-ec", make], cwd=project.parent / "here", check=True)
    assert Existing(project.parent / "here").foreign(FILES) == expected


@pytest.mark.parametrize("name", [".copier-answers.yml", ".Copier-Answers.YML"])
def test_an_answers_file_is_not_kept(project: Path, name: str) -> None:
    with pytest.raises(DestinationError, match="is in the way of"):
        record(project, [Kept(".copier-answers.yml", name)])


@pytest.mark.parametrize(
    ("path", "yours", "needed"),
    [
        ("README.md", "README.md", False),
        (".vscode/launch.json", ".vscode", False),
        ("README.md", "readme.md", False),
        ("pyproject.toml", "pyproject.toml", True),
        (".github/workflows/ci.yml", ".github/workflows/ci.yml", True),
    ],
)
def test_files_that_a_service_needs(path: str, yours: str, needed: bool) -> None:
    assert is_needed(Kept(path, yours)) == needed


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_folder_that_may_not_be_read(project: Path) -> None:
    (project.parent / "here").chmod(0)
    with pytest.raises(PermissionError):
        Existing(project.parent / "here").kept(project, FILES)
    (project.parent / "here").chmod(0o700)
