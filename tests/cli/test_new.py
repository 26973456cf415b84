import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git, tree
from support.svcgen import Svcgen


def test_a_complete_service(svcgen: Svcgen, workdir: Path) -> None:
    result = svcgen("new", "billing", "--json")
    report = json.loads(result.stdout)
    service = workdir / "billing"
    assert (result.returncode, result.stderr) == (0, "")
    assert {step["name"]: step["outcome"] for step in report["steps"]} == {
        "render": "done",
        "lock": "done",
        "export": "done",
        "git": "done",
        "sync": "done",
    }
    assert (service / ".venv" / "bin" / "python").exists()
    assert (service / ".env").read_text() == (service / ".env.example").read_text()
    assert (service / ".env").stat().st_mode & 0o777 == 0o600
    assert git(service, "status", "--porcelain") == ""
    assert git(service, "log", "--format=%an <%ae> %s") == "Ada <ada@example.com> Scaffold billing"
    assert git(service, "branch", "--show-current") == "main"
    assert list(workdir.iterdir()) == [service]


def test_the_next_command_needs_no_setup(svcgen: Svcgen, workdir: Path, environ: Mapping[str, str]) -> None:
    assert svcgen("new", "billing").returncode == 0
    command = ["uv", "run", "python", "-c", "import fastapi, sys; print(sys.prefix)"]
    ran = subprocess.run(command, cwd=workdir / "billing", env=environ, capture_output=True, text=True, check=True)
    assert Path(ran.stdout.strip()) == workdir / "billing" / ".venv"


def test_piped_output_is_plain_and_short(svcgen: Svcgen, workdir: Path) -> None:
    result = svcgen("new", "billing", "--no-sync", FORCE_COLOR="")
    first, *notes = result.stdout.splitlines()
    assert first.startswith(f"Created {workdir}/billing from ")
    assert all(note.startswith("note: ") for note in notes)
    assert "\x1b" not in result.stdout + result.stderr


def test_quiet(svcgen: Svcgen) -> None:
    result = svcgen("new", "billing", "--no-sync", "-q")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_verbose(svcgen: Svcgen) -> None:
    result = svcgen("new", "billing", "--no-sync", "-v")
    assert "$ git init --quiet -b main\n" in result.stdout
    assert re.search(r"^render: done in \d+\.\d\d s$", result.stdout, re.MULTILINE)


def test_dry_run(svcgen: Svcgen, workdir: Path) -> None:
    result = svcgen("new", "billing", "--owner", "core", "--dry-run")
    assert result.returncode == 0
    assert f"{workdir}/billing/\n" in result.stdout
    assert "\n  app/\n    __init__.py\n" in result.stdout
    assert "\n  owner: core\n" in result.stdout
    assert list(workdir.iterdir()) == []


def test_dry_run_lists_what_is_made(svcgen: Svcgen) -> None:
    foreseen = json.loads(svcgen("new", "billing", "--dry-run", "--json").stdout)
    made = json.loads(svcgen("new", "billing", "--no-sync", "--json").stdout)
    assert foreseen["files"] == made["files"]
    assert {**foreseen, "steps": made["steps"]} == made


def test_json_fields(svcgen: Svcgen, workdir: Path) -> None:
    report = json.loads(
        svcgen("new", "billing", "here", "--no-sync", "--source", "https://git.example/x", "--json").stdout
    )
    assert report["path"] == str(workdir / "here")
    assert report["source"] == "git+https://git.example/x"
    assert report["answers"]["service_name"] == "billing"
    assert report["files"] == sorted(tree(workdir / "here"))
    assert [step["outcome"] for step in report["steps"]] == ["done", "skipped", "skipped", "done", "skipped"]
    assert all(isinstance(step["seconds"], float) for step in report["steps"])


@pytest.mark.parametrize(
    ("arguments", "code"), [(["Billing"], 2), ([], 2), (["billing", "--nothing"], 2), (["billing", "full"], 1)]
)
def test_json_of_an_error(svcgen: Svcgen, workdir: Path, arguments: list[str], code: int) -> None:
    (workdir / "full").mkdir()
    (workdir / "full" / "file").touch()
    result = svcgen("new", *arguments, "--json")
    report = json.loads(result.stdout)
    assert result.returncode == code
    assert (report["ok"], report["exit_code"]) == (False, code)
    assert result.stderr.startswith(f"error: {report['error']}\n")


def test_without_a_terminal_a_name_is_needed(svcgen: Svcgen) -> None:
    result = svcgen("new")
    assert (result.returncode, result.stderr) == (
        2,
        "error: the name of the service is missing\nhint: svcgen new billing\n",
    )


# Destinations


def test_parents_are_made(svcgen: Svcgen, workdir: Path) -> None:
    assert svcgen("new", "billing", "a/b/c", "--no-sync").returncode == 0
    assert (workdir / "a" / "b" / "c" / "pyproject.toml").exists()


def test_an_empty_directory_is_filled_and_not_replaced(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "empty").mkdir()
    before = (workdir / "empty").stat()
    assert svcgen("new", "billing", "empty", "--no-sync").returncode == 0
    assert (workdir / "empty").stat().st_ino == before.st_ino
    assert not list((workdir / "empty").glob(".*svcgen*"))


def test_the_working_directory(svcgen: Svcgen, workdir: Path) -> None:
    assert svcgen("new", "billing", ".", "--no-sync").returncode == 0
    assert git(workdir, "log", "--format=%s") == "Scaffold billing"


@pytest.mark.parametrize("make", ["mkdir x && touch x/file", "touch x", "ln -s nowhere x", "mkdir -p x/.git x/app"])
def test_what_is_there_is_left_alone(svcgen: Svcgen, workdir: Path, make: str) -> None:
    subprocess.run(["sh", "-c", make], cwd=workdir, check=True)
    before = sorted(path.relative_to(workdir) for path in workdir.rglob("*"))
    result = svcgen("new", "x1", "x", "--no-sync")
    assert result.returncode == 1
    assert f"error: {workdir}/x " in result.stderr
    assert sorted(path.relative_to(workdir) for path in workdir.rglob("*")) == before


def test_a_parent_that_is_a_file(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "file").touch()
    result = svcgen("new", "billing", "file/billing", "--no-sync")
    assert result.returncode == 1
    assert f"error: can't write {workdir}/file" in result.stderr


def test_a_destination_that_appears_meanwhile(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    appear = f"mkdir {workdir}/billing; echo mine >{workdir}/billing/file"
    script = f'case "$*" in *commit*) {appear};; esac; exec {shutil.which("git")} "$@"'
    result = svcgen("new", "billing", "--no-sync", PATH=fake_program(tmp_path / "bin", "git", script))
    assert (result.returncode, result.stderr) == (1, f"error: can't write {workdir}/billing: Directory not empty\n")
    assert [path.relative_to(workdir) for path in workdir.rglob("*")] == [Path("billing"), Path("billing/file")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_parent_that_is_read_only(svcgen: Svcgen, workdir: Path) -> None:
    workdir.chmod(0o500)
    result = svcgen("new", "billing", "--no-sync")
    workdir.chmod(0o700)
    assert result.returncode == 1
    assert "Permission denied" in result.stderr


# Git


def test_a_destination_that_holds_only_git(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q", "-b", "trunk", "repo")
    git(workdir / "repo", "remote", "add", "origin", "https://git.example/billing")
    assert svcgen("new", "billing", "repo", "--no-sync").returncode == 0
    assert git(workdir / "repo", "log", "--format=%s", "trunk") == "Scaffold billing"
    assert git(workdir / "repo", "remote") == "origin"
    assert git(workdir / "repo", "status", "--porcelain") == ""


def test_inside_a_work_tree_no_repository_is_nested(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q")
    result = svcgen("new", "billing", "services/billing", "--no-sync")
    assert result.returncode == 0
    assert "note: git skipped: this is inside a git work tree already" in result.stdout
    assert not (workdir / "services" / "billing" / ".git").exists()
    assert git(workdir, "status", "--porcelain") == "?? services/"


def test_a_linked_work_tree_is_left_to_its_repository(
    svcgen: Svcgen, workdir: Path, environ: Mapping[str, str]
) -> None:
    git(workdir, "init", "-q", "main")
    git(workdir / "main", "commit", "-q", "--allow-empty", "-m", "x", environ=environ)
    git(workdir / "main", "worktree", "add", "-q", "../linked")
    result = svcgen("new", "billing", "linked", "--no-sync")
    assert result.returncode == 0
    assert "belongs to another repository" in result.stdout
    assert git(workdir / "linked", "rev-parse", "--is-inside-work-tree") == "true"


def test_a_repository_with_files_is_not_committed_to(svcgen: Svcgen, workdir: Path, environ: Mapping[str, str]) -> None:
    repository = workdir / "repo"
    git(workdir, "init", "-q", "repo")
    (repository / "kept").touch()
    git(repository, "add", "kept")
    git(repository, "commit", "-q", "-m", "x", environ=environ)
    (repository / "kept").unlink()
    result = svcgen("new", "billing", "repo", "--no-sync")
    assert result.returncode == 1
    assert f"error: {repository} is not empty, in the way: kept (tracked, not on disk)\n" in result.stderr
    assert git(repository, "log", "--format=%s") == "x"


def test_no_git(svcgen: Svcgen, workdir: Path) -> None:
    assert svcgen("new", "billing", "--no-sync", "--no-git").returncode == 0
    assert not (workdir / "billing" / ".git").exists()


def test_a_fallback_identity_where_none_is_configured(svcgen: Svcgen, workdir: Path) -> None:
    assert svcgen("new", "billing", "--no-sync", GIT_CONFIG_GLOBAL=os.devnull).returncode == 0
    assert git(workdir / "billing", "log", "--format=%an <%ae>") == "svcgen <svcgen@localhost>"


def test_an_identity_configured_twice(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q", "billing")
    git(workdir / "billing", "config", "user.email", "local@example.com")
    assert svcgen("new", "billing", "--no-sync").returncode == 0
    assert git(workdir / "billing", "log", "--format=%an <%ae>") == "Ada <local@example.com>"


def test_an_identity_in_the_environment(svcgen: Svcgen, workdir: Path) -> None:
    identity = {f"GIT_{who}_{what}": "eve@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    assert svcgen("new", "billing", "--no-sync", GIT_CONFIG_GLOBAL=os.devnull, **identity).returncode == 0
    assert git(workdir / "billing", "log", "--format=%ae %ce") == "eve@example.com eve@example.com"


def test_hooks_and_signing_of_the_user_do_not_stop_it(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    fake_program(tmp_path / "hooks", "pre-commit", "exit 1")
    config = tmp_path / "strict"
    config.write_text(
        f"[user]\nname=Ada\nemail=ada@example.com\n[core]\nhooksPath={tmp_path}/hooks\n[commit]\ngpgSign=true\n[gpg]\nprogram=false\n"
    )
    assert svcgen("new", "billing", "--no-sync", GIT_CONFIG_GLOBAL=str(config)).returncode == 0
    assert git(workdir / "billing", "log", "--format=%s") == "Scaffold billing"


def test_called_from_a_git_hook(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "other")
    other = tmp_path / "other" / ".git"
    assert (
        svcgen("new", "billing", "--no-sync", GIT_DIR=str(other), GIT_INDEX_FILE=str(other / "index")).returncode == 0
    )
    assert git(workdir / "billing", "log", "--format=%s") == "Scaffold billing"
    assert not (other / "index").exists()


def test_without_git(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    result = svcgen("new", "billing", "--no-sync", PATH=str(tmp_path / "bin"))
    assert result.returncode == 1
    assert "error: git: git is not on PATH" in result.stderr
    assert "error: billing is incomplete" in result.stderr
    assert "  cd billing\n  git init -b main && git add --force --all . ':!.env'" in result.stderr
    assert (workdir / "billing" / "pyproject.toml").exists()


# Steps that fail


def test_without_uv(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(str(shutil.which("git")))
    result = svcgen("new", "billing", PATH=str(tmp_path / "bin"), PYENV_ROOT=str(tmp_path), HOME=str(tmp_path))
    assert result.returncode == 1
    assert f"error: lock: uv was not found in: {tmp_path}/bin, " in result.stderr
    assert "hint: run the remaining steps:\n  cd billing\n  uv lock\n  uv export " in result.stderr
    assert result.stderr.endswith("  uv sync\n")
    assert git(workdir / "billing", "status", "--porcelain") == ""


def test_without_network_and_cache(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    result = svcgen("new", "billing", "--json", UV_CACHE_DIR=str(tmp_path / "cache"), UV_OFFLINE="1")
    report = json.loads(result.stdout)
    assert result.returncode == report["exit_code"] == 1
    assert {step["name"]: (step["outcome"], step["command"][:9]) for step in report["steps"]} == {
        "render": ("done", ""),
        "lock": ("failed", "uv lock"),
        "export": ("pending", "uv export"),
        "git": ("done", ""),
        "sync": ("pending", "uv sync"),
    }
    assert "requirements.txt" in report["files"]
    assert "uv.lock" not in report["files"]
    assert not (workdir / "billing" / ".venv").exists()


def test_a_sync_that_fails_keeps_the_project(svcgen: Svcgen, workdir: Path, tmp_path: Path) -> None:
    uv = shutil.which("uv")
    path = fake_program(
        tmp_path / "bin", "uv", f'case "$*" in *sync*) echo "no Python 3.13" >&2; exit 2;; esac; exec {uv} "$@"'
    )
    result = svcgen("new", "billing", PATH=path)
    assert result.returncode == 1
    assert result.stderr.endswith("hint: run the remaining steps:\n  cd billing\n  uv sync\n")
    assert "error: sync: uv sync --frozen: no Python 3.13\n" in result.stderr
    assert (workdir / "billing" / "uv.lock").exists()


def test_a_full_disk(workdir: Path, environ: Mapping[str, str]) -> None:
    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    command = [sys.executable, "-B", "-m", "svcgen", "new", "billing", "a/billing"]
    result = subprocess.run(
        command, cwd=workdir, env=environ, capture_output=True, text=True, check=False, preexec_fn=limit_file_size
    )
    assert result.returncode == 1
    assert "File too large" in result.stderr
    assert list(workdir.iterdir()) == []
