"""A repository is as it was until the commits of a new service are published, and then as `git commit` makes it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git
from svcgen.errors import ToolError
from svcgen.service.placement.quarantine import Quarantine
from svcgen.system.steps import ignore


@pytest.fixture
def theirs(tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, something staged, something edited, and something that git does not know."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    theirs = tmp_path / "a:b"  # git separates directories of objects by colons
    theirs.mkdir()
    shell(theirs, "git init -q -b trunk; echo 1 >README.md; echo 1 >edited; git add .; git commit -qm Begin")
    shell(theirs, "echo 2 >edited; echo 1 >staged; git add staged; echo 1 >unknown")
    return theirs


@pytest.fixture
def work_tree(theirs: Path) -> Path:
    """What is to be committed, and where svcgen puts it together."""
    work_tree = theirs / ".scratch" / "project"
    (work_tree / "app").mkdir(parents=True)
    (work_tree / "app" / "main.py").write_text("made\n")
    return work_tree


def shell(directory: Path, script: str) -> None:
    subprocess.run(["sh", "-ec", script], cwd=directory, check=True, capture_output=True)


def files(directory: Path) -> dict[str, tuple[int, bytes]]:
    """All files of a repository, git's own among them."""
    found = (path for path in directory.rglob("*") if path.is_file() and ".scratch" not in path.parts)
    return {str(path.relative_to(directory)): (path.stat().st_mode, path.read_bytes()) for path in found}


def quarantine(theirs: Path, work_tree: Path) -> Quarantine:
    """Commit in quarantine, and bring the file into the work tree, as svcgen does between the two."""
    repository = Quarantine(theirs, work_tree.parent)
    repository.commit(work_tree, ["app/main.py"], "Scaffold billing", ignore)
    (theirs / "app").mkdir()
    os.link(work_tree / "app" / "main.py", theirs / "app" / "main.py")
    return repository


def test_on_top_of_theirs(theirs: Path, work_tree: Path) -> None:
    before = files(theirs)
    repository = quarantine(theirs, work_tree)
    assert {name: file for name, file in files(theirs).items() if name != "app/main.py"} == before

    repository.publish()
    assert git(theirs, "log", "--format=%an %s", "trunk").splitlines() == ["Ada Scaffold billing", "Ada Begin"]
    assert git(theirs, "show", "--format=", "--name-status", "HEAD") == "A\tapp/main.py"
    assert git(theirs, "status", "--porcelain", "--", ":!.scratch").splitlines() == [
        "M edited",
        "A  staged",
        "?? unknown",
    ]
    assert git(theirs, "fsck", "--strict") == ""
    assert git(theirs, "reflog", "--format=%gs", "-1").startswith("svcgen new: ")
    assert not (theirs / ".git" / "index.lock").exists()


def test_a_second_commit(theirs: Path, work_tree: Path) -> None:
    repository = quarantine(theirs, work_tree)
    (theirs / "app" / "main.py").unlink()
    (theirs / "app" / "main.py").write_text("edited\n")
    repository.commit(theirs, ["app/main.py"], "Add invoices", ignore)
    repository.publish()
    assert git(theirs, "log", "--format=%s").splitlines() == ["Add invoices", "Scaffold billing", "Begin"]
    assert git(theirs, "status", "--porcelain", "app") == ""


@pytest.mark.parametrize(
    ("make", "branch"),
    [
        ("git checkout -q --detach", ""),
        ("git config core.splitIndex true; git update-index --split-index", "trunk"),
        ("git config index.sparse true; git sparse-checkout set --cone --sparse-index x", "trunk"),
        ("git pack-refs --all; git repack -adq", "trunk"),
        ("git config commit.gpgSign true; git config gpg.program false", "trunk"),
        ("printf '#!/bin/sh\\nexit 1' >.git/hooks/reference-transaction; chmod +x .git/hooks/*", "trunk"),
        ("rm .git/index", "trunk"),
        ("git update-ref -d HEAD", "trunk"),
        ("git checkout -q --orphan other", "other"),
        ("printf '* text eol=crlf\\n' >.gitattributes", "trunk"),
        ("git config user.useConfigOnly true", "trunk"),
    ],
)
def test_states_of_a_repository(theirs: Path, work_tree: Path, make: str, branch: str) -> None:
    shell(theirs, make)
    before = files(theirs)
    repository = quarantine(theirs, work_tree)
    assert {name: file for name, file in files(theirs).items() if name != "app/main.py"} == before
    repository.publish()
    assert git(theirs, "log", "-1", "--format=%s", branch or "HEAD") == "Scaffold billing"
    assert git(theirs, "branch", "--show-current") == branch
    assert git(theirs, "ls-files", "app") == "app/main.py"
    assert git(theirs, "diff", "--name-only", "HEAD", "--", "app") == ""
    assert git(theirs, "fsck", "--strict", "--no-dangling") == ""


def test_objects_borrowed_from_another_repository(theirs: Path, work_tree: Path) -> None:
    borrowing = theirs.parent / "borrowing"
    git(theirs.parent, "clone", "-q", "--shared", str(theirs), str(borrowing))
    quarantine(borrowing, work_tree).publish()
    assert git(borrowing, "log", "--format=%s").splitlines() == ["Scaffold billing", "Begin"]


def test_a_shallow_clone(theirs: Path, work_tree: Path) -> None:
    shallow = theirs.parent / "shallow"
    shell(theirs, "git commit -qam More")
    git(theirs.parent, "clone", "-q", "--depth=1", f"file://{theirs}", str(shallow))
    quarantine(shallow, work_tree).publish()
    git(shallow, "push", "-q", "origin", "HEAD:new")
    assert git(theirs, "log", "--format=%s", "new").splitlines() == ["Scaffold billing", "More", "Begin"]


MEANWHILE = {
    "a commit": "git commit -qam theirs",
    "a lock": "touch .git/index.lock",
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_somebody_else_does_meanwhile_is_kept(theirs: Path, work_tree: Path, what: str) -> None:
    repository = quarantine(theirs, work_tree)
    shell(theirs, MEANWHILE[what])
    before = files(theirs)
    with pytest.raises((ToolError, FileExistsError)):
        repository.publish()
    assert files(theirs) == before


def test_what_is_staged_meanwhile_stays_staged(theirs: Path, work_tree: Path) -> None:
    repository = quarantine(theirs, work_tree)
    shell(theirs, "git add unknown")
    repository.publish()
    assert git(theirs, "diff", "--cached", "--name-only").splitlines() == ["staged", "unknown"]


@pytest.mark.parametrize("command", ["update-index -z", "update-ref"])
@pytest.mark.parametrize("had_index", [True, False])
def test_a_git_that_fails(
    theirs: Path, work_tree: Path, monkeypatch: pytest.MonkeyPatch, command: str, had_index: bool
) -> None:
    repository = quarantine(theirs, work_tree)
    if not had_index:
        (theirs / ".git" / "index").unlink()
    before = files(theirs)
    script = f'case "$*" in *"{command}"*) exit 1;; esac; exec {shutil.which("git")} "$@"'
    monkeypatch.setenv("PATH", fake_program(theirs.parent / "bin", "git", script))
    with pytest.raises(ToolError):
        repository.publish()
    assert files(theirs) == before
