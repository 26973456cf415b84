import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support import helpers
from support.helpers import fake_program
from svcgen.errors import ToolError
from svcgen.system.git import ask_remote, git, run_git

# Each writes a file beside the repository, if git runs it.
PROGRAMS = {
    "alias.status": "!{}",
    "core.askPass": "{}",
    "core.alternateRefsCommand": "{}",
    "core.editor": "{}",
    "core.fsmonitor": "{}",
    "core.gitProxy": "{}",
    "core.pager": "{}",
    "core.sshCommand": "{}",
    "credential.helper": "!{}",
    "diff.external": "{}",
    "diff.evil.command": "{}",
    "diff.evil.textconv": "{}",
    "filter.evil.clean": "{}",
    "filter.evil.smudge": "{}",
    "filter.evil.process": "{}",
    "filter.e=vil.clean": "{}",
    "filter.evil.required": "true",
    "gpg.program": "{}",
    "merge.evil.driver": "{}",
    "pager.log": "{}",
}


@pytest.fixture
def repository(tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    place = tmp_path / "repository"
    helpers.git(tmp_path, "init", "--quiet", "-b", "main", str(place))
    (place / "file").write_text("one\n")
    (place / "other").write_text("one\n")
    (place / ".gitattributes").write_text("file filter=evil diff=evil merge=evil\nother filter=e=vil\n")
    helpers.git(place, "add", "--all")
    helpers.git(place, "commit", "--quiet", "--message", "one")
    return place


@pytest.fixture
def canary(repository: Path, tmp_path: Path) -> Path:
    """A file that is there once git has run a program that the repository names."""
    found = tmp_path / "canary"
    fake_program(tmp_path / "evil", "evil", f"touch {found}; cat")
    program = tmp_path / "evil" / "evil"
    for name, value in PROGRAMS.items():
        helpers.git(repository, "config", name, value.format(program))
    for hook in ("post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (repository / ".git" / "hooks" / hook).write_bytes(program.read_bytes())
        (repository / ".git" / "hooks" / hook).chmod(0o755)
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--porcelain"],
        ["diff"],
        ["diff", "--cached"],
        ["log", "-p"],
        ["show"],
        ["add", "--all"],
        ["commit", "--allow-empty", "--quiet", "--message", "two"],
        ["switch", "--create", "new"],
        ["checkout", "HEAD", "--", "file"],
        ["worktree", "add", "--quiet", "--detach", "../second"],
        ["merge", "side", "--message", "merged"],
    ],
    ids=" ".join,
)
def test_a_repository_cannot_make_git_run_a_program(repository: Path, canary: Path, arguments: list[str]) -> None:
    if "side" in arguments:
        for branch in ("side", "main"):
            git(repository, "switch", "--quiet", *(["--create", branch] if branch == "side" else [branch]))
            (repository / "file").write_text(f"{branch}\n")
            git(repository, "commit", "--quiet", "--all", "--message", branch)
        assert run_git(repository, *arguments, accept=[1]).code == 1
        assert "<<<<<<<" in (repository / "file").read_text()
    else:
        (repository / "file").write_text("two\n")
        (repository / "other").write_text("two\n")
        git(repository, *arguments)
    assert not canary.exists()


def test_the_canary_sings(repository: Path, canary: Path) -> None:
    (repository / "file").write_text("two\n")
    subprocess.run(["git", "status"], cwd=repository, check=False, capture_output=True)
    assert canary.exists()


def test_a_filter_of_the_users_own_works(repository: Path) -> None:
    helpers.git(repository, "config", "--global", "filter.evil.clean", "tr a-z A-Z")
    (repository / "file").write_text("two\n")
    git(repository, "add", "file")
    assert git(repository, "show", ":file") == "TWO\n"


def test_the_settings_of_a_caller_stay(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COUNT": "1", "KEY_0": "user.name", "VALUE_0": "CI"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert git(repository, "config", "user.name") == "CI\n"
    assert git(repository, "config", "core.fsmonitor") == "false\n"


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_OBJECT_DIRECTORY"])
def test_what_a_hook_sets_leads_nowhere_else(repository: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/nowhere")
    (repository / "file").write_text("two\n")
    assert "+two" in git(repository, "diff")


def test_names_of_any_encoding_survive(repository: Path) -> None:
    name = os.fsdecode(b"caf\xe9 :(top)*\n")
    (repository / name).write_bytes(b"\xff\0")
    git(repository, "add", "--", name)
    assert name in git(repository, "ls-files", "-z").split("\0")
    assert run_git(repository, "cat-file", "blob", f":{name}").output == b"\xff\0"


def test_nothing_is_written_by_looking(repository: Path) -> None:
    os.utime(repository / "file")
    before = (repository / ".git" / "index").stat().st_mtime_ns
    git(repository, "status")
    git(repository, "diff")
    assert (repository / ".git" / "index").stat().st_mtime_ns == before


def test_the_message_of_git_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="not a git repository"):
        git(tmp_path, "status")


def test_a_checkout_has_no_say_in_what_is_asked_of_a_remote(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers.git(repository, "config", f"url.{tmp_path}/nowhere.insteadOf", str(repository))
    monkeypatch.chdir(repository)
    assert "refs/heads/main" in ask_remote("ls-remote", "--", str(repository))


def test_no_remote_helper_runs(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="transport 'ext' not allowed"):
        ask_remote("ls-remote", "--", f"ext::sh -c touch% {tmp_path}/canary")
    assert not (tmp_path / "canary").exists()
