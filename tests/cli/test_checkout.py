"""Services that are made by svcgen from a clone, the first command of README, and updated by it."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml

from support.helpers import git
from support.svcgen import Svcgen, commit_all
from svcgen.cli.report_new import service_object, show_service
from svcgen.cli.screen import Screen
from svcgen.commands.add import check_service
from svcgen.commands.new import NewRequest, NewService
from svcgen.errors import ServiceError
from svcgen.template.find import Template


def recorded(service: Path) -> tuple[str, str]:
    answers = yaml.safe_load((service / ".copier-answers.yml").read_text())
    return answers["_commit"], answers["_src_path"]


def test_ahead_of_a_release(svcgen: Svcgen, clone: Path, workdir: Path, environ: Mapping[str, str]) -> None:
    """The old template is in the history of the clone, and what a team must do in its changelog."""
    source = str(clone / "src")
    git(clone, "remote", "set-url", "origin", "git@git.example.com:platform/svcgen.git")
    made = svcgen("new", "billing", "--no-sync", PYTHONPATH=source)
    ahead = f"v98.0.0-1-g{git(clone, 'rev-parse', '--short', 'HEAD')}"
    assert recorded(workdir / "billing") == (ahead, "git@git.example.com:platform/svcgen.git")
    assert (
        f"note: {ahead} is not a release; updates need its commit, from your checkout or from "
        "git@git.example.com:platform/svcgen.git\n"
    ) in made.stdout

    with (clone / "template" / "Dockerfile.jinja").open("a") as dockerfile:
        dockerfile.write("# Later\n")
    changelog = (clone / "CHANGELOG.md").read_text()
    (clone / "CHANGELOG.md").write_text(
        changelog.replace("## Unreleased\n", "## Unreleased\n\n### What a team must do\n\n- Do it later.\n", 1)
    )
    commit_all(clone, environ)
    later = f"v98.0.0-2-g{git(clone, 'rev-parse', '--short', 'HEAD')}"
    preview = json.loads(svcgen("update", "--dry-run", "--json", "billing", PYTHONPATH=source).stdout)
    (update,) = preview["services"]
    assert (update["from"], update["to"], update["updated"]) == (ahead, later, ["Dockerfile"])
    assert "Unreleased: Do it later." in update["duties"]


def test_with_changes_that_are_not_committed(
    svcgen: Svcgen, clone: Path, workdir: Path, environ: Mapping[str, str]
) -> None:
    """Nobody can rebuild that template; the commit before them is the nearest."""
    source = str(clone / "src")
    (clone / "template" / "new.txt").write_text("never committed\n")
    made = svcgen("new", "billing", "--no-sync", PYTHONPATH=source)
    head = f"v98.0.0-1-g{git(clone, 'rev-parse', '--short', 'HEAD')}"
    assert recorded(workdir / "billing")[0] == f"{head}-dirty"
    assert (
        f"note: updates can't rebuild {head}-dirty; commit the changes to the template, then create the service again\n"
    ) in made.stdout

    (clone / "template" / "new.txt").unlink()
    refused = svcgen("update", "--dry-run", "billing", PYTHONPATH=source)
    assert refused.returncode == 1
    command = refused.stderr.partition("perl ")[2].strip()
    assert command.startswith("-pi -e")
    git(workdir / "billing", "-c", f"alias.mend=!perl {command}", "mend", environ=environ)
    preview = json.loads(svcgen("update", "--check", "--json", "billing", PYTHONPATH=source).stdout)
    assert preview["services"][0]["from"] == head


def test_with_the_template_of_a_release(svcgen: Svcgen, clone: Path, workdir: Path, environ: Mapping[str, str]) -> None:
    git(clone, "checkout", "--quiet", "v98.0.0", "--", "template")
    commit_all(clone, environ)
    made = json.loads(svcgen("new", "billing", "--no-sync", "--json", PYTHONPATH=str(clone / "src")).stdout)
    assert (made["template_version"], made["updatable"]) == ("v98.0.0", True)
    assert recorded(workdir / "billing") == ("v98.0.0", "https://github.com/svcgen/svcgen")


@pytest.mark.parametrize(
    ("version", "note", "updatable"),
    [
        ("v1.0.0", "", True),
        ("v1.0.0-1-gabc1234", "note: v1.0.0-1-gabc1234 is not a release; updates need its commit", True),
        ("v1.0.0-dirty", "note: updates can't rebuild v1.0.0-dirty; commit the changes", False),
        ("unknown", "note: the version of the template is unknown, so the service can't be up", False),
    ],
)
def test_what_a_new_service_says_of_its_updates(
    bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str, note: str, updatable: bool
) -> None:
    template = Template(bundled / "svcgen" / "_bundle", version, "https://git.example.com/svcgen")
    request = NewRequest(template, {"service_name": "billing"}, tmp_path / "billing", git=False, sync=False)
    service = NewService(tmp_path / "billing", ())
    show_service(Screen(), request, service)
    said = capsys.readouterr().out
    assert [line[: len(note)] for line in said.splitlines() if line.startswith("note: ")] == ([note] if note else [])
    assert service_object(request, service)["updatable"] == updatable


def test_a_fork_counts_its_own_versions(clone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its version in pyproject.toml may be any."""
    monkeypatch.setattr("svcgen.system.bundle._PACKAGE", clone / "src" / "svcgen")
    git(clone, "remote", "set-url", "origin", "git@git.example.com:platform/svcgen.git")
    answers = tmp_path / ".copier-answers.yml"
    for version, refused in (("v97.0.0", False), ("v98.0.0", False), ("v98.0.0-1-gabc1234", False), ("v98.1.0", True)):
        for host in ("git.example.com", "github.com"):
            answers.write_text(f"_commit: {version}\n_src_path: git@{host}:platform/svcgen\nservice_name: billing\n")
            with pytest.raises(ServiceError) if refused and host != "github.com" else nullcontext():
                check_service(tmp_path, allow_dirty=True)
