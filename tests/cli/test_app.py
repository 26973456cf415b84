import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import pytest

from support.svcgen import ROOT, Svcgen

PRINTERS = {"cli/app.py", "cli/messages.py", "cli/screen.py"}


def test_version(svcgen: Svcgen) -> None:
    result = svcgen("--version")
    assert (result.returncode, result.stdout) == (0, f"svcgen {metadata.version('svcgen')}\n")


def test_without_arguments_the_first_steps_are_shown(svcgen: Svcgen) -> None:
    result = svcgen()
    assert (result.returncode, result.stdout) == (2, "")
    steps = [line.split("  ")[1] for line in result.stderr.splitlines() if line.startswith("  ")]
    assert steps == ["svcgen new billing", "svcgen add resource invoice due:date", "svcgen update"]


def test_help_imports_nothing_slow(workdir: Path, environ: Mapping[str, str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "svcgen", "--help"]
    result = subprocess.run(command, cwd=workdir, env=environ, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "typer" in imported
    slow = {"copier", "importlib.metadata", "jinja2", "pluralizer", "pydantic", "rich", "svcgen.commands.new"}
    assert not imported & slow


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nwe"], "No such command 'nwe'"),
        (["new", "billing", "--plaform", "fly"], "No such option: --plaform"),
        (["new", "billing", "--reserved-names", "x"], "No such option: --reserved-names"),
        (["new", "billing", "here", "there"], "unexpected extra argument(s) (there)"),
        (["new", "billing", "--owner"], "Option '--owner' requires an argument"),
    ],
)
def test_usage_errors(svcgen: Svcgen, workdir: Path, arguments: list[str], message: str) -> None:
    result = svcgen(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert re.search(r"hint: svcgen( new)? --help", result.stderr)
    assert list(workdir.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--help"], ["new", "ab", "--dry-run"], ["new", "ab", "--no-sync", "-v"], ["new", "--json"]]
)
def test_a_reader_that_goes_away(workdir: Path, environ: Mapping[str, str], arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        command = [sys.executable, "-m", "svcgen", *arguments]
        result = subprocess.run(command, cwd=workdir, env=environ, stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert (result.returncode, result.stderr) == (1, b"")
    assert list(workdir.iterdir()) == []


def test_standard_output_that_is_closed(workdir: Path, environ: Mapping[str, str]) -> None:
    command = f"{sys.executable} -m svcgen new billing --no-sync >&-"
    result = subprocess.run(["sh", "-c", command], cwd=workdir, env=environ, stderr=subprocess.PIPE, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


def test_output_that_can_not_be_encoded(svcgen: Svcgen) -> None:
    result = svcgen("new", "billing", "--description", "🚀", "--dry-run", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert "description: \\U0001f680\n" in result.stdout


def test_a_bug_writes_a_log(svcgen: Svcgen, bundled: Path, tmp_path: Path, workdir: Path) -> None:
    (bundled / "svcgen" / "service" / "lock.py").write_text("raise ZeroDivisionError('surprise')")
    result = svcgen("new", "billing", PYTHONPATH=str(bundled), XDG_STATE_HOME=str(tmp_path / "state"))
    assert result.returncode == 3
    assert "error: svcgen has a bug: ZeroDivisionError('surprise')" in result.stderr
    assert "Traceback" not in result.stderr
    log = Path(re.search(r"with this log: (\S+)", result.stderr).group(1))  # type: ignore[union-attr]
    assert log.parent == tmp_path / "state" / "svcgen"
    assert "svcgen new billing\n" in log.read_text()
    assert "Traceback" in log.read_text()
    assert list(workdir.iterdir()) == []


def test_a_bug_where_no_state_can_be_kept(svcgen: Svcgen, bundled: Path, tmp_path: Path) -> None:
    (bundled / "svcgen" / "service" / "lock.py").write_text("raise ZeroDivisionError")
    (tmp_path / "file").touch()
    result = svcgen(
        "new", "billing", PYTHONPATH=str(bundled), XDG_STATE_HOME=str(tmp_path / "file"), TMPDIR=str(tmp_path)
    )
    assert result.returncode == 3
    assert f"with this log: {tmp_path}/svcgen-" in result.stderr


def test_only_the_command_line_prints() -> None:
    assert modules_with(r"\bprint\(|sys\.std(out|err)") == PRINTERS


def test_only_one_module_imports_copier() -> None:
    assert modules_with(r"(from|import) copier\b") == {"template/render.py"}


def modules_with(pattern: str) -> set[str]:
    package = ROOT / "src" / "svcgen"
    return {str(path.relative_to(package)) for path in package.rglob("*.py") if re.search(pattern, path.read_text())}
