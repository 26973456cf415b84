"""A service that svcgen made takes a later release by plain `copier update`, as a colleague without svcgen runs it."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import RELEASE, Svcgen, commit_all


@pytest.fixture
def source(tmp_path: Path, plain_template: Path, environ: Mapping[str, str]) -> Path:
    """The repository of the template at the release that is installed."""
    repository = tmp_path / "source"
    shutil.copytree(plain_template, repository)
    git(repository, "init", "--quiet", environ=environ)
    release(repository, RELEASE, environ)
    return repository


def release(repository: Path, tag: str, environ: Mapping[str, str]) -> None:
    git(repository, "add", "--all", environ=environ)
    git(repository, "commit", "--quiet", "--message", tag, environ=environ)
    git(repository, "tag", tag, environ=environ)


def test_plain_copier_update(
    svcgen: Svcgen, bundled: Path, source: Path, workdir: Path, environ: Mapping[str, str]
) -> None:
    made = svcgen("new", "billing", "--no-sync", "--source", str(source), PYTHONPATH=str(bundled))
    assert made.returncode == 0, made.stderr
    service = workdir / "billing"
    (service / "README.md").write_text("# Ours\n")
    (service / "app" / "api" / "invoices.py").write_text('"""Ours."""\n')
    (service / ".env").write_text("DATABASE_URL=ours\n")
    git(service, "add", "--all", environ=environ)
    git(service, "commit", "--quiet", "--message", "Ours", environ=environ)

    dockerfile = source / "template" / "Dockerfile.jinja"
    dockerfile.write_text(dockerfile.read_text() + "# {{ service_name }}, improved\n")
    (source / "template" / "README.md.jinja").write_text("# Theirs\n")
    release(source, "v99.0.0", environ)
    updated = subprocess.run(
        [sys.executable, "-m", "copier", "update", "--defaults"],
        cwd=service,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert updated.returncode == 0, updated.stderr
    assert git(service, "status", "--porcelain").splitlines() == ["M .copier-answers.yml", " M Dockerfile"]
    assert (service / "Dockerfile").read_text().endswith("# billing, improved\n")
    assert "_commit: v99.0.0" in (service / ".copier-answers.yml").read_text()
    assert (service / "README.md").read_text() == "# Ours\n"
    assert (service / ".env").read_text() == "DATABASE_URL=ours\n"


def copier(*arguments: str, cwd: Path, environ: Mapping[str, str]) -> str:
    """Run copier and return what it says."""
    command = (sys.executable, "-m", "copier", *arguments, "--defaults")
    return subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True).stderr


def test_copier_alone(source: Path, workdir: Path, environ: Mapping[str, str]) -> None:
    """From a relative path, and with a conflict, which it does not tell of by itself."""
    copier("copy", "--data", "service_name=billing", "../source", "billing", cwd=workdir, environ=environ)
    service = workdir / "billing"
    answers = (service / ".copier-answers.yml").read_text()
    assert f"_src_path: {source}\n" in answers
    git(service, "init", "--quiet", environ=environ)
    (service / "hard-rules" / "ruff.toml").write_text("# Ours\n")
    commit_all(service, environ)
    ruff = source / "template" / "hard-rules" / "ruff.toml"
    ruff.write_text(f"# Theirs\n{ruff.read_text()}")
    release(source, "v99.0.0", environ)

    said = copier("update", cwd=service, environ=environ)

    commands = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    assert commands[5:-1] == [
        "uv run --no-project scripts/lock.py",
        "uv run scripts/check.py",
        "uv run pytest",
    ]
    conflicts, markers, *_, crossed = (
        subprocess.run(["sh", "-c", commands[number]], cwd=service, check=True, capture_output=True, text=True).stdout
        for number in (0, 1, -1)
    )
    assert conflicts == "hard-rules/ruff.toml\n"
    assert markers == "hard-rules/ruff.toml:1:<<<<<<< before updating\n"
    assert f"-_commit: {RELEASE}\n+_commit: v99.0.0\n" in crossed
    assert f"CHANGELOG.md of {source} lists under" in " ".join(said.split())
    assert "What a team must do" in said
