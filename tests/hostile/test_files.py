"""Files of a checkout that hurt whoever reads them: each is the user's error, with its name, and a survey goes on."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.checkout import commit
from hostile.conftest import Victim

attack = pytest.mark.attack
LAUGHS = "\n".join(
    ["a0: &a0 [lol]", *(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12))]
)
MERGES = "\n".join(
    [
        "m0: &m0 {k: v}",
        *(f"m{level}: &m{level} {{<<: [{', '.join([f'*m{level - 1}'] * 9)}]}}" for level in range(1, 10)),
    ]
)
COMMANDS = {
    "check": ("update", "--check"),
    "dry-run": ("update", "--dry-run"),
    "add": ("add", "resource", "invoice", "number:str", "--dry-run"),
}


def laughs(answers: Path) -> None:
    answers.write_text(f"{answers.read_text()}{LAUGHS}\n")


def merges(answers: Path) -> None:
    answers.write_text(f"{answers.read_text()}{MERGES}\n")


def brackets(answers: Path) -> None:
    answers.write_text(f"{answers.read_text()}deep: {'[' * 200_000}\n")


def braces(answers: Path) -> None:
    answers.write_text(f"{answers.read_text()}deep: {'{a: ' * 60_000}\n")


def fifo(answers: Path) -> None:
    answers.unlink()
    os.mkfifo(answers)


def zeroes(answers: Path) -> None:
    answers.unlink()
    answers.symlink_to("/dev/zero")


def device(answers: Path) -> None:
    answers.unlink()
    answers.symlink_to("/dev/random")


def digits(answers: Path) -> None:
    answers.write_text(answers.read_text().replace("_commit: v1.0.0", f"_commit: {'1' * 4500}"))


FILES = (laughs, merges, brackets, braces, fifo, device)


@attack("an answers file of", "a row of the survey, the others are as ever")
@pytest.mark.parametrize("spoil", FILES, ids=lambda spoil: spoil.__name__)
def test_a_survey(victim: Victim, spoil: Callable[[Path], None]) -> None:
    shutil.copytree(victim.service, victim.place / "good", symlinks=True)
    spoil(victim.service / ".copier-answers.yml")
    result = victim.run("status", "--json", ".", "../good")
    bad, good = json.loads(result.stdout)["services"]
    assert bad["problem"] or bad["remarks"]
    assert (good["behind"], good["edited"], good["problem"]) == (1, [], "")


@attack("an answers file of", "the user's error, with its name")
@pytest.mark.parametrize(
    ("spoil", "name"),
    [*((spoil, "check") for spoil in (laughs, brackets, fifo, zeroes, digits)), (fifo, "dry-run"), (brackets, "add")],
)
def test_a_command(victim: Victim, spoil: Callable[[Path], None], name: str) -> None:
    spoil(victim.service / ".copier-answers.yml")
    result = victim.run(*COMMANDS[name], *(["--allow-dirty"] if name == "add" else []))
    assert (result.returncode, ".copier-answers.yml" in result.stderr) == (1, True), result.stderr


def record(service: Path) -> Path:
    file = service / ".git" / "svcgen-update.json"
    file.write_text("[" * 300_000)
    return file


@attack("the record of an unfinished update is nested", "the user's error, with its name")
@pytest.mark.parametrize("command", [("status",), COMMANDS["check"]], ids=["status", "check"])
def test_a_record(victim: Victim, command: tuple[str, ...]) -> None:
    file = record(victim.service)
    result = victim.run(*command)
    assert (result.returncode, f"{file} can't be read" in result.stdout + result.stderr) == (1, True), result.stderr


def test_a_repository_that_git_never_reads_is_a_row(victim: Victim) -> None:
    shutil.copytree(victim.service, victim.place / "good", symlinks=True)
    record(victim.service)
    (victim.service / ".git" / "config").unlink()
    os.mkfifo(victim.service / ".git" / "config")
    result = victim.run("status", "--json", "--timeout=1", ".", "../good")
    assert [bool(row["problem"]) for row in json.loads(result.stdout)["services"]] == [True, False]


@attack("a source in the home of nobody", "the user's error, with its name")
def test_a_home(victim: Victim) -> None:
    victim.answer(_src_path="~nobody-of-that-name/template")
    result = victim.run(*COMMANDS["check"])
    assert (result.returncode, "~nobody-of-that-name" in result.stderr) == (1, True), result.stderr


@attack("a list of services is", "the user's error, with its name")
@pytest.mark.parametrize("what", ["zeroes", "fifo", "home"])
def test_a_list(victim: Victim, what: str) -> None:
    listed = victim.place / "services.txt"
    if what == "home":
        listed.write_text("~nobody-of-that-name/billing\n")
    else:
        os.mkfifo(listed) if what == "fifo" else listed.symlink_to("/dev/zero")
    result = victim.run("status", "--repos", str(listed))
    assert result.returncode == (1 if what == "home" else 2), result.stderr
    assert ("~nobody-of-that-name" if what == "home" else "services.txt") in result.stdout + result.stderr


@attack("a data file is", "the user's error, with its name")
@pytest.mark.parametrize("what", ["zeroes", "fifo"])
def test_a_data_file(victim: Victim, what: str) -> None:
    answers = victim.place / "answers.yml"
    os.mkfifo(answers) if what == "fifo" else answers.symlink_to("/dev/zero")
    result = victim.run("new", "invoicing", "--dry-run", "--data-file", str(answers))
    assert (result.returncode, "not a regular file" in result.stderr) == (2, True), result.stderr


WORKSPACES = {
    "nested": "a = " + "[" * 100_000,
    "stars": f"[tool.uv.workspace]\nmembers = ['{'**/x/' * 30}y']\n",
    "number": "[tool.uv.workspace]\nmembers = [5]\n",
}


@attack("a workspace of uv around a new service is", "it ends, and is no bug")
@pytest.mark.parametrize("what", WORKSPACES)
def test_a_workspace(victim: Victim, what: str) -> None:
    (victim.place / "pyproject.toml").write_text(WORKSPACES[what])
    folder = victim.place / "/".join("x" * 60)
    folder.mkdir(parents=True)
    result = victim.run("new", "invoicing", "--defaults", "--dry-run", cwd=folder)
    assert result.returncode == int(what == "nested"), result.stderr


def test_a_python_version_that_is_a_path_is_no_bug(victim: Victim) -> None:
    victim.answer(python="/etc")
    (victim.service / ".git" / "info" / "exclude").write_text(".venv\n")
    victim.program(victim.service / ".venv" / "bin" / "python")
    result = victim.run("add", "resource", "invoice", "number:str", "--no-migration")
    assert result.returncode in {0, 1}, result.stderr


@attack("a module of a service is", "the user's error, with its name")
@pytest.mark.parametrize("what", ["fifo", "zeroes", "nested", "minus", "binary", "large"])
def test_a_module(victim: Victim, what: str) -> None:
    module = victim.service / "app" / "models" / "evil.py"
    contents = {"nested": b"(" * 100_000, "minus": b"-" * 300_000 + b"1", "binary": b"\xff", "large": b"#" * 50_000_000}
    if what in contents:
        module.write_bytes(contents[what])
    else:
        os.mkfifo(module) if what == "fifo" else module.symlink_to("/dev/zero")
    result = victim.run("add", "resource", "invoice", "number:str", "--dry-run", "--allow-dirty")
    assert result.returncode == 1, result.stderr
    assert "app/models/evil.py" in result.stderr


@attack("a file of the template is, in the service", "a row of the survey like any other")
@pytest.mark.parametrize("what", ["fifo", "zeroes", "large"])
def test_a_file_of_the_template(victim: Victim, what: str) -> None:
    file = victim.service / "compose.yaml"
    file.unlink()
    if what == "large":
        with file.open("wb") as sparse:
            sparse.truncate(8 << 30)
    else:
        os.mkfifo(file) if what == "fifo" else file.symlink_to("/dev/zero")
    result = victim.run("status", "--json")
    (row,) = json.loads(result.stdout)["services"]
    assert (row["edited"] or row["deleted"], row["remarks"]) == (["compose.yaml"], [])


@attack("a checkout of another user", "git's own words, and no hint to make a repository")
@pytest.mark.parametrize(
    "command", [COMMANDS["dry-run"], COMMANDS["add"], ("update",)], ids=["dry-run", "add", "update"]
)
def test_another_user(victim: Victim, fork: Path, command: tuple[str, ...]) -> None:
    with (victim.home / ".gitconfig").open("a") as config:
        config.write(f"[safe]\ndirectory = {fork}\ndirectory = {fork}/.git\n")
    result = victim.run(*command, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert result.returncode == 1
    assert f"safe.directory {victim.service}" in result.stderr
    assert "git init" not in result.stderr


@attack("a repository whose work tree is another one's", "that one is as it was")
def test_another_work_tree(victim: Victim) -> None:
    other = Path(shutil.copytree(victim.service, victim.place / "other", symlinks=True))
    commit(other)
    with (victim.service / ".git" / "config").open("a") as config:
        config.write(f"[core]\nworktree = {other}\n")
    before = (other / "compose.yaml").read_text()
    victim.run("update", "--in-place")
    victim.run("update")
    assert (other / "compose.yaml").read_text() == before
