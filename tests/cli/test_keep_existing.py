"""`svcgen new --keep-existing`, in a repository that a forge has put files into and in worse places."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from support.helpers import fake_program, git
from support.svcgen import Svcgen
from svcgen.commands.new import NewRequest, make_service
from svcgen.commands.update import update_service
from svcgen.commands.update_result import UpdateRequest
from svcgen.system.steps import ignore
from svcgen.template.find import find_template
from svcgen.template.history import find_version

FORGE = {"README.md": "# billing\n", "LICENSE": "MIT\n", ".gitignore": "__pycache__/\nlib/\n*.lock\n"}
ANSWERS = {"service_name": "billing", "description": "x", "platform": "fly", "owner": "core", "python": "3.13"}


@pytest.fixture
def forge(workdir: Path, environ: Mapping[str, str]) -> Path:
    """The clone of a repository that a forge has made."""
    clone = workdir / "billing"
    clone.mkdir()
    for name, content in FORGE.items():
        (clone / name).write_text(content)
    (clone / "README.md").chmod(0o640)
    git(clone, "init", "-q", "-b", "trunk")
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "Initial commit", environ=environ)
    return clone


def everything(directory: Path) -> dict[str, tuple[int, object]]:
    """All that is in a directory, git's own files and links among it."""
    return {
        str(path.relative_to(directory)): (
            path.lstat().st_mode,
            path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None,
        )
        for path in directory.rglob("*")
    }


def test_without_the_flag_the_refusal_names_it(svcgen: Svcgen, forge: Path) -> None:
    before = everything(forge)
    refused = svcgen("new", "billing")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: {forge} is not empty, in the way: .gitignore, LICENSE, README.md\nhint: ")
    assert "--keep-existing" in refused.stderr
    assert everything(forge) == before


def test_what_a_forge_made_stays_and_the_service_is_committed_on_top(svcgen: Svcgen, forge: Path) -> None:
    before = everything(forge)
    made = svcgen("new", "billing", "--keep-existing", "--no-sync", "--json")
    report = json.loads(made.stdout)

    assert made.returncode == 0, made.stderr
    assert {name: everything(forge)[name] for name in FORGE} == {name: before[name] for name in FORGE}
    assert [(kept["path"], kept["yours"]) for kept in report["kept"]] == [(".gitignore",) * 2, ("README.md",) * 2]
    assert {"README.md", ".gitignore", "LICENSE"}.isdisjoint(report["files"])
    assert git(forge, "log", "--format=%s", "trunk").splitlines() == ["Scaffold billing", "Initial commit"]
    committed = git(forge, "show", "--format=", "--name-status", "HEAD").splitlines()
    assert committed == [f"A\t{file}" for file in report["files"] if file != ".env"]
    assert git(forge, "status", "--porcelain") == "?? .env"
    assert any("does not list .env" in note for note in report["notes"])
    assert not list(forge.glob(".*svcgen*"))


def test_a_dry_run_shows_both_versions(svcgen: Svcgen, forge: Path) -> None:
    before = everything(forge)
    shown = svcgen("new", "billing", "--keep-existing", "--dry-run")
    assert shown.returncode == 0
    assert "note: kept as they are: .gitignore, README.md\n" in shown.stdout
    assert "--- yours/README.md\n+++ template/README.md\n" in shown.stdout
    assert "\n+## Run it\n" in shown.stdout

    foreseen = json.loads(svcgen("new", "billing", "--keep-existing", "--dry-run", "--json").stdout)
    assert everything(forge) == before
    made = json.loads(svcgen("new", "billing", "--keep-existing", "--no-sync", "--json").stdout)
    assert {**foreseen, "steps": made["steps"]} == made


@pytest.mark.parametrize("flags", [[], ["--keep-existing"], ["--owner", "other"], ["--dry-run"]])
def test_again_after_success(svcgen: Svcgen, forge: Path, flags: list[str]) -> None:
    assert svcgen("new", "billing", "--keep-existing", "--no-sync").returncode == 0
    version = yaml.safe_load((forge / ".copier-answers.yml").read_text())["_commit"]
    before = everything(forge)
    again = svcgen("new", "billing", "--json", *flags)
    expected = {
        "ok": False,
        "exit_code": 5,
        "error": f"billing is already a service created by svcgen {version}",
        "hint": "to update it: svcgen update billing",
    }
    assert again.returncode == 5
    assert json.loads(again.stdout).items() >= expected.items()
    assert again.stderr == f"error: {expected['error']}\nhint: {expected['hint']}\n"
    assert everything(forge) == before


def test_edits_that_are_not_committed_stay_so(svcgen: Svcgen, forge: Path) -> None:
    (forge / "README.md").write_text("edited\n")
    (forge / "LICENSE").write_text("staged\n")
    (forge / "CHANGELOG.md").write_text("unknown\n")
    git(forge, "add", "LICENSE")
    made = svcgen("new", "billing", "--keep-existing", "--no-sync")

    assert "note: not committed: CHANGELOG.md. To commit: git add -- CHANGELOG.md && git commit\n" in made.stdout
    assert git(forge, "status", "--porcelain").splitlines() == [
        "M  LICENSE",
        " M README.md",
        "?? .env",
        "?? CHANGELOG.md",
    ]


def test_links_that_lead_outside_are_not_written_through(svcgen: Svcgen, workdir: Path, forge: Path) -> None:
    outside = workdir / "outside"
    outside.mkdir()
    for link in ("docs", "tests", "SECURITY.md"):
        (forge / link).symlink_to(outside / ("file" if link == "SECURITY.md" else ""))
    made = svcgen("new", "billing", "--keep-existing", "--no-sync")

    assert made.returncode == 0, made.stderr
    assert list(outside.iterdir()) == []
    assert (forge / "docs").is_symlink()
    assert "note: the service may be incomplete and its tests may fail; not from the template: docs, tests\n" in (
        made.stdout
    )


def test_a_foreign_project_is_kept_and_completed(svcgen: Svcgen, forge: Path) -> None:
    (forge / "app").mkdir()
    for name in ("pyproject.toml", "app/main.py", ".venv"):
        (forge / name).write_text("yours\n")
    made = svcgen("new", "billing", "--keep-existing", "--resource", "invoice due:date", "--json")
    report = json.loads(made.stdout)

    assert made.returncode == report["exit_code"] == 1
    outcomes = {step["name"]: (step["outcome"], step["reason"]) for step in report["steps"]}
    assert outcomes["lock"] == ("pending", "pyproject.toml is yours")
    assert outcomes["sync"] == ("pending", "needs the lock")
    assert outcomes["resources"] == ("pending", "app/main.py is yours")
    assert outcomes["git"][0] == "done"
    for name in ("pyproject.toml", "app/main.py", ".venv"):
        assert (forge / name).read_text() == "yours\n"
    assert (forge / "app" / "db.py").exists()


def test_resources_where_git_ignores_folders_of_the_service(svcgen: Svcgen, forge: Path) -> None:
    (forge / ".gitignore").write_text("models/\n.env\n")
    made = svcgen("new", "billing", "--keep-existing", "--resource", "invoice due:date")

    assert made.returncode == 0, made.stderr
    assert git(forge, "log", "--format=%s").splitlines() == ["Add invoices", "Scaffold billing", "Initial commit"]
    assert git(forge, "show", "--format=", "--name-only", "HEAD", "--", "app/models").splitlines() == [
        "app/models/__init__.py",
        "app/models/invoice.py",
    ]
    assert git(forge, "status", "--porcelain") == "M .gitignore"


@pytest.mark.parametrize("name", ["uv.lock", ".venv"])
def test_a_lock_or_an_environment_is_not_installed_over(svcgen: Svcgen, forge: Path, name: str) -> None:
    (forge / name).write_text("yours\n")
    report = json.loads(svcgen("new", "billing", "--keep-existing", "--json").stdout)
    assert {"name": "sync", "outcome": "pending", "reason": f"{name} is yours"}.items() <= report["steps"][-1].items()
    assert (forge / name).read_text() == "yours\n"


def test_a_directory_without_a_repository_gets_one(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "billing").mkdir()
    (workdir / "billing" / "README.md").write_text("yours\n")
    made = svcgen("new", "billing", "--keep-existing", "--no-sync")
    assert made.returncode == 0, made.stderr
    assert "note: not committed: README.md." in made.stdout
    assert git(workdir / "billing", "status", "--porcelain") == "?? README.md"


@pytest.mark.parametrize("flags", [[], ["--keep-existing"]])
def test_a_link_to_a_directory(svcgen: Svcgen, workdir: Path, flags: list[str]) -> None:
    (workdir / "real").mkdir()
    if flags:
        (workdir / "real" / "README.md").write_text("yours\n")
    (workdir / "billing").symlink_to("real")
    made = svcgen("new", "billing", "--no-sync", *flags)
    assert made.returncode == 0, made.stderr
    assert (workdir / "billing").is_symlink()
    assert git(workdir / "real", "log", "--format=%s") == "Scaffold billing"


def test_an_unborn_branch(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q", "-b", "trunk", "billing")
    (workdir / "billing" / "README.md").write_text("yours\n")
    assert svcgen("new", "billing", "--keep-existing", "--no-sync").returncode == 0
    assert git(workdir / "billing", "log", "--format=%s", "trunk") == "Scaffold billing"


def test_a_detached_head_gets_the_commit_and_a_note(svcgen: Svcgen, forge: Path) -> None:
    git(forge, "switch", "-q", "--detach")
    made = svcgen("new", "billing", "--keep-existing", "--no-sync")
    assert "note: HEAD is detached, so the commit is on no branch: git switch --create BRANCH\n" in made.stdout
    assert git(forge, "log", "--format=%s", "HEAD").splitlines() == ["Scaffold billing", "Initial commit"]
    assert git(forge, "log", "--format=%s", "trunk") == "Initial commit"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        ("git clone -q --bare . ../bare && rm -rf .git * .gitignore && mv ../bare/* .", "is in the git directory"),
        ("git -c user.name=a -c user.email=a@b merge -q --no-ff --no-commit other", "a merge is in progress"),
        ("touch .git/index.lock", "another git command is running"),
        ("echo 'a: 1' >.copier-answers.yml", "was created from another template"),
        ("mkdir .copier-answers.yml", "already has a .copier-answers.yml"),
        ("ln -s nowhere .copier-answers.yml", "already has a .copier-answers.yml"),
        ("touch .Copier-Answers.yml", ".Copier-Answers.yml is in the way of .copier-answers.yml"),
    ],
)
def test_places_where_no_service_can_be(
    svcgen: Svcgen, forge: Path, environ: Mapping[str, str], make: str, message: str
) -> None:
    git(forge, "switch", "-q", "-c", "other")
    git(forge, "commit", "-q", "--allow-empty", "-m", "x", environ=environ)
    git(forge, "switch", "-q", "trunk")
    subprocess.run(["sh", "-ec", make], cwd=forge, check=True)
    before = everything(forge)
    refused = svcgen("new", "billing", "--keep-existing", "--no-sync")
    assert (refused.returncode, message in refused.stderr) == (1, True), refused.stderr
    assert everything(forge) == before


@pytest.mark.parametrize(
    ("command", "signum", "code"),
    [("git *commit-tree*", signal.SIGTERM, 143), ("uv *sync*", signal.SIGINT, 130), ("git *update-ref*", None, 1)],
)
def test_a_run_that_does_not_end_leaves_everything_as_it_was(
    forge: Path, environ: Mapping[str, str], tmp_path: Path, command: str, signum: int | None, code: int
) -> None:
    before = everything(forge)
    program, pattern = command.split()
    marker = tmp_path / "marker"
    stop = f"touch {marker}; exec sleep 60" if signum else "exit 1"
    script = f'case "$*" in {pattern}) {stop};; esac; exec {shutil.which(program)} "$@"'
    path = fake_program(tmp_path / "bin", program, script)
    arguments = [sys.executable, "-m", "svcgen", "new", "billing", ".", "--keep-existing"]
    with subprocess.Popen(arguments, cwd=forge, env={**environ, "PATH": path}, stderr=subprocess.PIPE) as process:
        while signum and not marker.exists():
            assert process.poll() is None
            time.sleep(0.01)
        if signum:
            process.send_signal(signum)
        errors = process.stderr.read().decode() if process.stderr else ""
    assert process.returncode == code, errors
    assert everything(forge) == before


def test_after_a_crash_nothing_is_lost_and_the_next_run_completes_it(
    svcgen: Svcgen, forge: Path, tmp_path: Path
) -> None:
    before = everything(forge)
    path = fake_program(
        tmp_path / "bin", "uv", f'case "$*" in *sync*) kill -9 $PPID; exit;; esac; exec {shutil.which("uv")} "$@"'
    )
    assert svcgen("new", "billing", "--keep-existing", PATH=path).returncode == -signal.SIGKILL
    assert everything(forge).items() >= before.items()

    made = svcgen("new", "billing", "--keep-existing")
    assert made.returncode == 0, made.stderr
    assert git(forge, "log", "--format=%s").splitlines() == ["Scaffold billing", "Initial commit"]
    assert git(forge, "ls-files", "app/main.py", "uv.lock").splitlines() == ["app/main.py", "uv.lock"]


def test_updates_leave_kept_files_alone(
    forge: Path, environ: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a release to a later one, whose .gitignore and README.md are not those of the first."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    before = {name: (forge / name).read_bytes() for name in FORGE}
    current = find_template(None)
    old, new = (find_version(version, current.source, current, tmp_path / version) for version in ("v0.1.0", "v0.3.0"))
    for name in (".gitignore.jinja", "README.md.jinja"):
        assert (old.root / "template" / name).read_bytes() != (new.root / "template" / name).read_bytes()
    make_service(NewRequest(old, ANSWERS, forge, sync=False, keep_existing=True), ignore)
    (forge / ".env").unlink()

    update = update_service(UpdateRequest(forge, new, to="v0.3.0"), ignore)
    assert not update.merged.conflicts
    assert not update.merged.beside
    assert {name: (forge / name).read_bytes() for name in FORGE} == before
    answers = yaml.safe_load((forge / ".copier-answers.yml").read_text())
    assert (answers["_commit"], answers["_kept"]) == ("v0.3.0", [".gitignore", "README.md"])
    assert "# Yours from before svcgen" in (forge / ".copier-answers.yml").read_text()
