"""What a service tells Renovate, and the workflow that locks what Renovate changes.

Renovate's own code is asked where it is installed: `npm install --global renovate`, on Node 24. Its JSON schema, and
those made from it, let misspelt options pass.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.helpers import fake_program, git
from support.svcgen import ROOT
from svcgen.service.lock import EXPORT
from svcgen.template.find import Template
from svcgen.template.render import render

CONFIG = ROOT / "template" / ".github" / "renovate.json"
WORKFLOWS = ROOT / "template" / ".github" / "workflows"
ANSWERS = {"service_name": "billing", "description": "d", "platform": "fly", "owner": "o", "python": "3.13"}
installed = pytest.mark.skipif(not shutil.which("renovate"), reason="needs: npm install --global renovate")


@pytest.fixture
def config() -> dict[str, Any]:
    return dict(json.loads(CONFIG.read_text()))


def workflow(name: str) -> dict[str, Any]:
    # Not text that YAML might take for something else: `on` is True in YAML 1.1.
    return dict(yaml.load((WORKFLOWS / name).read_text(), yaml.BaseLoader))  # noqa: S506


def scripts(name: str) -> list[str]:
    return [step["run"] for job in workflow(name)["jobs"].values() for step in job["steps"] if "run" in step]


def test_everything_that_the_template_pins_is_left_alone(config: dict[str, Any]) -> None:
    (rule,) = (rule for rule in config["packageRules"] if "Dockerfile" in rule.get("matchFileNames", ()))
    names = {re.sub(r"\{%.*?%\}", "", path.name) for path in WORKFLOWS.iterdir()}  # as they are rendered
    pinning = {f".github/workflows/{name}" for name in names} | {"Dockerfile", "compose.yaml"}
    assert set(rule["matchFileNames"]) == pinning
    assert rule["enabled"] is False
    # But for the digest of an image, which is nobody else's to move.
    assert "digest" not in rule["matchUpdateTypes"]
    assert {"major", "minor", "patch", "pin", "pinDigest"} <= set(rule["matchUpdateTypes"])


def test_a_branch_that_was_locked_is_left_alone(config: dict[str, Any]) -> None:
    # Were the workflow's author ignored, each run of Renovate would make the branch anew, and without the lock.
    assert "gitIgnoredAuthors" not in config


def test_one_script_has_the_command_of_the_export() -> None:
    script = ROOT / "template" / "scripts" / "lock.py"
    (arguments,) = re.findall(r'^EXPORT = "(.+)"$', script.read_text(), re.MULTILINE)
    assert {"uv", *arguments.split(), "--output-file", "requirements.txt"} == {*EXPORT.split(), "--frozen", "--quiet"}
    assert "uv run --no-project scripts/lock.py --check" in scripts("ci.yml")
    assert "uv run --no-project scripts/lock.py" in scripts("relock.yml")
    files = [path for path in (ROOT / "template").rglob("*") if path.is_file() and path != script]
    assert [path for path in files if "--no-annotate" in path.read_text()] == []


def test_a_job_that_locks_may_not_push() -> None:
    for job in workflow("relock.yml")["jobs"].values():
        runs_uv = any("uv " in step.get("run", "") for step in job["steps"])
        assert job["permissions"] == {"contents": "read" if runs_uv else "write"}


def test_a_conflict_that_copier_marked_is_red(tmp_path: Path, environ: Mapping[str, str]) -> None:
    (script,) = (script for script in scripts("ci.yml") if "git grep" in script)
    git(tmp_path, "init", "--quiet", environ=environ)
    for content, code in (
        ("<<<<<<<<<<\na >>>>>>> b\n", 0),
        ("<<<<<<< before updating\n", 1),
        (">>>>>>> after updating\n", 1),
    ):
        (tmp_path / "AGENTS.md").write_text(content)
        git(tmp_path, "add", "AGENTS.md", environ=environ)
        assert subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, check=False).returncode == code


def test_what_changed_is_pushed_once(tmp_path: Path, environ: Mapping[str, str]) -> None:
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", str(remote), environ=environ)
    git(tmp_path, "clone", "--quiet", str(remote), str(clone), environ=environ)
    git(clone, "checkout", "--quiet", "-b", "renovate/template", environ=environ)
    for name in ("requirements.txt", "uv.lock"):
        (clone / name).write_text("old\n")
    git(clone, "add", "--all", environ=environ)
    git(clone, "commit", "--quiet", "--message", "Update the template", environ=environ)
    git(clone, "push", "--quiet", "origin", "HEAD", environ=environ)
    (clone / "uv.lock").write_text("new\n")

    path = fake_program(tmp_path / "bin", "gh", 'test "$*" = "auth setup-git"')
    for _ in range(2):
        command = ["bash", "-e", "-c", scripts("relock.yml")[-1]]
        subprocess.run(command, cwd=clone, env={**environ, "PATH": path, "HEAD_REF": "renovate/template"}, check=True)

    log = git(remote, "log", "--format=%an: %s", "--name-only", "renovate/template", environ=environ)
    assert log.splitlines()[:3] == ["github-actions[bot]: Lock the dependencies", "", "uv.lock"]
    assert log.count("Lock the dependencies") == 1


@installed
def test_renovate_understands_every_option(tmp_path: Path) -> None:
    misspelt = tmp_path / "renovate.json"
    misspelt.write_text(CONFIG.read_text().replace("separateMajorMinor", "separateMajorMiner"))
    for file, code in ((CONFIG, 0), (misspelt, 1)):
        command = ["renovate-config-validator", "--strict", "--no-global", str(file)]
        assert subprocess.run(command, check=False).returncode == code


@installed
def test_renovate_finds_the_newer_template_and_nothing_else(tmp_path: Path, environ: Mapping[str, str]) -> None:
    repository, service = tmp_path / "template", tmp_path / "service"
    shutil.copytree(ROOT / "template", repository / "template")
    shutil.copy(ROOT / "copier.yml", repository)
    git(repository, "init", "--quiet", environ=environ)
    git(repository, "add", "--all", environ=environ)
    for tag in ("v1.0.0", "v2.0.0"):
        git(repository, "commit", "--quiet", "--allow-empty", "--message", tag, environ=environ)
        git(repository, "tag", tag, environ=environ)
    render(Template(repository, "v1.0.0", f"git+file://{repository}"), service, ANSWERS)
    git(service, "init", "--quiet", environ=environ)
    (service / "uv.lock").write_text("version = 1\n")
    git(service, "add", "--all", environ=environ)

    log = lookup(service, tmp_path)

    (managers,) = (entry["config"] for entry in log if entry["msg"].startswith("packageFiles with updates"))
    assert managers.keys() == {"copier", "docker-compose", "dockerfile", "github-actions", "pep621"}
    wanted = [
        (manager, [(update["newValue"], update["branchName"]) for update in dependency["updates"]])
        for manager, files in managers.items()
        for file in files
        for dependency in file["deps"]
        if dependency.get("skipReason") != "disabled"
    ]
    assert wanted == [("copier", [("v2.0.0", "renovate/template")])]
    assert "renovate/lock-file-maintenance" in {entry.get("branch") for entry in log}


def lookup(service: Path, base: Path) -> list[dict[str, Any]]:
    """Return what Renovate logs when it looks for updates in a directory."""
    settings = {
        "GITHUB_COM_TOKEN": "none: without one the actions would be left out, whatever renovate.json says",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
        "RENOVATE_BASE_DIR": str(base / "renovate"),
    }
    run = subprocess.run(
        ["renovate", "--platform=local", "--dry-run=lookup"],
        cwd=service,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
