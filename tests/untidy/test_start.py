"""What is wrong with the machine is said in one line, with exit 1, and is never a bug of svcgen."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

from support.svcgen import Svcgen

untidy = pytest.mark.untidy
COMMANDS = [
    ("new", "billing", "--no-sync"),
    ("new", "billing", "/tmp/elsewhere", "--no-sync"),  # noqa: S108
    ("new", "billing", "--dry-run"),
    ("add", "resource", "invoice", "due:date"),
    ("update", "--check"),
    ("status",),
    ("--help",),
]


@untidy("every command", "the working directory is deleted", "one line, exit 1")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_working_directory_is_gone(tmp_path: Path, environ: Mapping[str, str], command: tuple[str, ...]) -> None:
    script = str(Path(sys.executable).with_name("svcgen"))
    program = [sys.executable, "-m", "svcgen"] if command == ("status",) else [sys.executable, script]
    (tmp_path / "gone").mkdir()
    deleted = f'cd {tmp_path}/gone && rmdir {tmp_path}/gone && exec "$@"'
    result = subprocess.run(
        ["sh", "-c", deleted, "sh", *program, *command], env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr == "error: the working directory is gone\nhint: change to one that exists: cd\n"


@untidy("svcgen new", "HOME unset, empty, or not there", "made")
@pytest.mark.parametrize("home", [None, "", "/nowhere"])
def test_without_a_home(workdir: Path, environ: Mapping[str, str], home: str | None) -> None:
    changed = {name: value for name, value in environ.items() if name != "HOME"}
    if home is not None:
        changed["HOME"] = home
    result = subprocess.run(
        [sys.executable, "-m", "svcgen", "new", "billing", "--no-sync"],
        cwd=workdir,
        env=changed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert [path.name for path in workdir.iterdir()] == ["billing"]


@untidy("svcgen new", "no folder for temporary files", "one line, exit 1")
def test_no_temporary_folder(svcgen: Svcgen, bundled: Path) -> None:
    (bundled / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere']\n"
    )
    result = svcgen("new", "billing", "--dry-run", PYTHONPATH=str(bundled))

    assert result.returncode == 1
    assert result.stderr.startswith("error: No usable temporary directory found in ")
    assert result.stderr.count("\n") == 1


@untidy("svcgen new", "an installation that may not be read", "one line, exit 1")
def test_a_template_that_is_not_a_file(svcgen: Svcgen, bundled: Path) -> None:
    questions = bundled / "svcgen" / "_bundle" / "copier.yml"
    questions.unlink()
    questions.mkdir()
    result = svcgen("new", "billing", PYTHONPATH=str(bundled))

    assert result.returncode == 1
    assert "a bug" not in result.stderr


@untidy("svcgen new, with prompts", "settings.yml of copier is broken, or has a value that is not allowed", "one line")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("defaults: [", "can't be read: Invalid YAML data"),
        ("defaults: 3", "can't be read: Invalid format"),
        ("defaults: {platform: nonsense}", "platform 'nonsense' is not one of: fly, railway"),
        ("defaults: {owner: [1]}", "owner in "),
        ('defaults: {owner: "a\\tb"}', "must be one line without control characters"),
    ],
)
def test_settings_of_copier(workdir: Path, tmp_path: Path, environ: Mapping[str, str], text: str, said: str) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text(text)
    child = pexpect.spawn(
        sys.executable,
        ["-m", "svcgen", "new", "--no-sync"],
        cwd=str(workdir),
        env={**environ, "COPIER_SETTINGS_PATH": str(settings), "TERM": "dumb"},
        encoding="utf-8",
        dimensions=(40, 500),
        timeout=60,
    )
    child.expect(pexpect.EOF)
    child.close()
    lines = " ".join((child.before or "").split()).split("error: ")[1:]

    assert child.exitstatus == 2, child.before
    assert len(lines) == 1, child.before
    assert str(settings) in lines[0]
    assert said in lines[0]
    assert os.listdir(workdir) == []  # noqa: PTH208
