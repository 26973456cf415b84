import json
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import Svcgen
from svcgen.commands.status import ServiceStatus, survey
from svcgen.errors import UnfinishedError
from svcgen.template.find import Template, find_template
from svcgen.template.history import carried_versions, find_version
from svcgen.template.render import render

ANSWERS = {"service_name": "billing", "description": "d", "platform": "fly", "owner": "payments", "python": "3.13"}
RUFF = Path(sys.executable).with_name("ruff")
RELEASE = carried_versions()[0]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service as the first release made it."""
    current = find_template(None)
    service = tmp_path_factory.mktemp("made") / "billing"
    template = find_version(RELEASE, current.source, current, tmp_path_factory.mktemp("release") / "template")
    render(template, service, ANSWERS)
    return service


@pytest.fixture
def service(made: Path, workdir: Path) -> Path:
    return Path(shutil.copytree(made, workdir / "billing"))


@pytest.fixture
def template() -> Template:
    """The template of an installation that is far ahead."""
    current = find_template(None)
    return Template(current.root, "v99.0.0", current.source)


@pytest.fixture
def company(tmp_path: Path, environ: Mapping[str, str], plain_template: Path) -> Path:
    """A company's fork of the template, which svcgen carries no release of."""
    repository = tmp_path / "company"
    shutil.copytree(plain_template, repository)
    git(repository, "init", "--quiet", environ=environ)
    git(repository, "add", "--all", environ=environ)
    for tag in ("v1.0.0", "v1.1.0", "v1.2.0rc1", "v1.2.0"):
        git(repository, "commit", "--quiet", "--allow-empty", "--message", tag, environ=environ)
        git(repository, "tag", tag, environ=environ)
    return repository


def look(path: Path, template: Template, *, rules: bool = False) -> ServiceStatus:
    return next(iter(survey([path], template, rules=rules)))


def put_tool(service: Path, name: str, script: str) -> None:
    folder = service / ".venv" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_an_untouched_service(service: Path, template: Template) -> None:
    put_tool(service, "ruff", "echo '[]'")
    found = look(service, template, rules=True)
    assert (found.name, found.version, found.newest) == ("billing", RELEASE, "v99.0.0")
    assert found.behind == len(carried_versions())
    assert found.answers == ANSWERS
    assert (found.edited, found.deleted, found.failed_rules) == ((), (), {})
    assert (found.remarks, found.problem) == ((), "")


def test_only_what_the_template_owns_is_edited(service: Path, template: Template) -> None:
    for team_owned in ("README.md", "CHANGELOG.md", "requirements.txt", "app/api/invoices.py", ".env"):
        (service / team_owned).write_text("ours\n")
    (service / "app" / "db.py").write_bytes((service / "app" / "db.py").read_bytes().replace(b"\n", b"\r\n"))
    agents = (service / "AGENTS.md").read_text()
    assert time.strftime("%Y-") in agents
    (service / "AGENTS.md").write_text(agents.replace(time.strftime("%Y-"), "2001-"))
    with (service / "Dockerfile").open("a") as dockerfile:
        dockerfile.write("# ours\n")
    (service / "compose.yaml").unlink()

    found = look(service, template)

    assert (found.edited, found.deleted) == (("Dockerfile",), ("compose.yaml",))


def test_files_from_before_the_service_are_not_edited(service: Path, template: Template) -> None:
    (service / ".gitignore").write_text("ours\n")
    (service / "compose.yaml").unlink()
    with (service / ".copier-answers.yml").open("a") as answers:
        answers.write("_kept:\n- .gitignore\n- compose.yaml\n")

    found = look(service, template)

    assert (found.edited, found.deleted) == ((), ())


def test_failed_rules_are_those_of_the_services_own_tools(service: Path, template: Template) -> None:
    put_tool(service, "ruff", f'exec {RUFF} "$@"')
    (service / "app" / "api" / "invoices.py").write_text('"""Invoices."""\n\nimport os\n\nKEY = os.environ["KEY"]\n')
    assert look(service, template, rules=True).failed_rules == {"TID251": 1}

    (service / "sgconfig.yml").write_text("ruleDirs: [hard-rules]\n")  # where releases before 0.4.0 have it
    put_tool(
        service,
        "ast-grep",
        """test "$*" = "scan --config sgconfig.yml --json=compact" || exit 2
        echo '[{"ruleId": "sessions"}, {"ruleId": "sessions"}]'; exit 1""",
    )
    assert look(service, template, rules=True).failed_rules == {"TID251": 1, "sessions": 2}

    (service / "hard-rules").mkdir(exist_ok=True)
    (service / "sgconfig.yml").rename(service / "hard-rules" / "sgconfig")
    put_tool(
        service, "ast-grep", """test "$*" = "scan --config hard-rules/sgconfig --json=compact" || exit 2; echo '[]'"""
    )
    assert look(service, template, rules=True).failed_rules == {"TID251": 1}


@pytest.mark.parametrize(
    ("script", "remark"),
    [
        (None, "no ruff in .venv (uv sync)"),
        ("echo 'ruff.toml is wrong' >&2; exit 2", "ruff: ruff.toml is wrong"),
        ("exit 2", "ruff: no result"),
        ("echo '{}'", "ruff: no result"),
        ("echo '[1]'", "ruff: no result"),
        (
            "yes '['",
            "ruff check --no-cache --no-fix --no-fix-only --quiet --output-format=json: printed more than 16 MiB",
        ),
    ],
)
def test_failed_rules_are_unknown(service: Path, template: Template, script: str | None, remark: str) -> None:
    if script:
        put_tool(service, "ruff", script)
    found = look(service, template, rules=True)
    assert found.failed_rules is None
    assert found.remarks == (remark,)
    assert (found.edited, found.problem) == ((), "")


def test_a_broken_one_is_a_row(svcgen: Svcgen, service: Path, workdir: Path) -> None:
    answers = (service / ".copier-answers.yml").read_text()
    broken = {
        "empty": None,
        "conflict": f"<<<<<<< before\n{answers}=======\n{answers}>>>>>>> after\n",
        "foreign": "_commit: v1.0.0\n_src_path: gh:else/where\n",
        "binary": "\0",
        "date": "_commit: 2026-13-45\n",
    }
    for name, content in broken.items():
        (workdir / name).mkdir()
        if content is not None:
            (workdir / name / ".copier-answers.yml").write_text(content)
    (workdir / "file").touch()

    run = svcgen("status", "--json", "missing", "file", *broken, "billing")

    assert (run.returncode, run.stderr) == (1, "")
    result = json.loads(run.stdout)
    assert (result["ok"], result["exit_code"]) == (False, 1)
    *rows, good = result["services"]
    assert [row["name"] for row in rows] == ["missing", "file", *broken]
    assert all(row["problem"] and not row["ok"] and row["edited"] is None for row in rows)
    assert (good["ok"], good["path"], good["edited"], good["version"]) == (True, str(service), [], RELEASE)


def test_piped_it_is_lines(svcgen: Svcgen, service: Path, workdir: Path) -> None:
    (service / "Dockerfile").unlink()
    (workdir / "none").mkdir()

    run = svcgen("status", "billing", "none")

    head, good, bad, blank, *reasons = run.stdout.splitlines()
    assert head.split("\t")[:3] == ["service", "version", "behind"]
    assert good.split("\t")[3:] == ["1", "payments", str(service)]
    assert bad.split("\t") == ["none", "broken", "?", "?", "", str(workdir / "none")]
    assert blank == ""
    reason, blank, summary = reasons
    assert reason.startswith("none: ")
    assert summary == f"2 services: 1 broken, 1 behind {carried_versions()[-1]}, 1 edited"

    head, good, *_ = svcgen("status", "--rules", "billing").stdout.splitlines()
    assert (head.split("\t")[-1], good.split("\t")[-1]) == ("failed rules", "?")


def test_paths_from_a_file(svcgen: Svcgen, service: Path, workdir: Path) -> None:
    (workdir / "fleet").mkdir()
    (workdir / "fleet" / "repos.txt").write_text(f"# ours\n../billing  # the first\n\n{service}\n../none\n")
    run = svcgen("status", "--json", "--repos", "fleet/repos.txt")
    assert [row["name"] for row in json.loads(run.stdout)["services"]] == ["billing", "none"]


def test_a_file_that_is_not_there(svcgen: Svcgen) -> None:
    run = svcgen("status", "--repos", "nothing.txt")
    assert run.returncode == 2
    assert "nothing.txt can't be read" in run.stderr


def test_services_of_another_source(svcgen: Svcgen, service: Path, company: Path) -> None:
    render(Template(company, "v1.0.0", str(company)), service / "ours", ANSWERS)
    run = svcgen("status", "--json", "--check", "billing/ours")
    (row,) = json.loads(run.stdout)["services"]
    assert (row["newest"], row["behind"], row["edited"], row["deleted"]) == ("v1.2.0", 2, [], [])
    assert run.returncode == 4
    assert svcgen("status", "billing/ours").returncode == 0


def test_a_source_that_is_gone(svcgen: Svcgen, service: Path, company: Path) -> None:
    render(Template(company, "v1.0.0", str(company)), service / "ours", ANSWERS)
    shutil.rmtree(company)
    run = svcgen("status", "--json", "--check", "billing/ours")
    (row,) = json.loads(run.stdout)["services"]
    assert (row["behind"], row["edited"], row["problem"]) == (None, None, "")
    assert str(company) in row["remarks"][0]
    assert run.returncode == 0


def test_nothing_is_written(svcgen: Svcgen, service: Path) -> None:
    put_tool(service, "ruff", f'exec {RUFF} "$@"')

    def times() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in [service, *service.rglob("*")]}

    ruff = service / "ruff.toml"
    ruff.write_text(f"fix = true\nfix-only = true\n{ruff.read_text()}")
    (service / "app" / "fixable.py").write_text("import os\n")
    before = times()
    run = svcgen("status", "--rules", "--json", "billing")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["services"][0]["failed_rules"] == {"F401": 1}
    assert times() == before


def test_details(svcgen: Svcgen, service: Path, workdir: Path) -> None:
    for file in ("Dockerfile", "alembic.ini", "compose.yaml", "ruff.toml"):
        with (service / file).open("a") as edited:
            edited.write("# ours\n")
    (service / "app" / "db.py").unlink()
    (workdir / "none").mkdir()

    shown = svcgen("status", "--long", "--rules", "none", "billing").stdout

    assert shown.startswith(f"none\n  path      {workdir}/none\n  state     broken\n\nbilling\n  path      {service}\n")
    assert "  edited    Dockerfile\n            alembic.ini\n            compose.yaml\n            ruff.toml\n" in shown
    assert "  deleted   app/db.py\n  rules     ?\n" in shown


def test_an_unfinished_update(service: Path, template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise UnfinishedError("an update is unfinished", hint="finish it: svcgen update --continue\nor undo it")

    monkeypatch.setattr("svcgen.commands.status.require_finished", refuse)
    found = look(service, template)
    assert found.unfinished
    assert found.problem == "an update is unfinished (finish it: svcgen update --continue; or undo it)"
