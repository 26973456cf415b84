"""`svcgen add resource`, as it is typed; what it writes is tried in tests/service."""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pexpect
import pytest

from support.helpers import fake_program, git, tree, wait_for
from support.svcgen import Svcgen

QUICK = "--no-migration"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A service, not below tmp_path, which pytest closes to the user that Postgres runs as for root."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        path = Path(directory) / "billing"
        command = [sys.executable, "-m", "svcgen", "new", "billing", str(path), "--quiet"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        yield path


@pytest.fixture
def workdir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture
def service(made: Path, workdir: Path) -> Path:
    """A copy that shares the virtual environment; svcgen runs in it."""
    shutil.copytree(made, workdir, ignore=shutil.ignore_patterns(".venv"), dirs_exist_ok=True)
    (workdir / ".venv").symlink_to(made / ".venv")
    (workdir / ".git" / "info" / "exclude").write_text(".venv\n")
    return workdir


def status(service: Path) -> set[str]:
    return {line[3:] for line in git(service, "status", "--porcelain", "--untracked-files=all").splitlines()}


def commit(service: Path, environ: Mapping[str, str]) -> None:
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "-m", "x", environ=environ)


CYCLE = "person name:str last:ref:order:optional and order number:str:unique state:enum:new,paid buyer:ref:person"


def test_resources_and_back(svcgen: Svcgen, service: Path) -> None:
    before = tree(service)
    result = svcgen("add", "resource", *CYCLE.split(), "--plural", "person=persons", "--json")
    report = json.loads(result.stdout)

    assert (result.returncode, result.stderr, report["ok"], report["notes"]) == (0, "", True, [])
    assert {step["name"]: step["outcome"] for step in report["steps"]} == {
        "files": "done",
        "format": "done",
        "migration": "done",
        "publish": "done",
    }
    assert {*report["added"], *report["edited"]} == {line.removeprefix("M ") for line in changed(service)}
    assert [resource["plural"] for resource in report["resources"]] == ["persons", "orders"]
    (migration,) = (service / "alembic" / "versions").glob("*_add_persons_and_orders_*.py")
    upgrade, downgrade = migration.read_text().split("def downgrade")
    assert upgrade.index('"orders",\n') < upgrade.index("op.create_foreign_key(")
    assert downgrade.index("op.drop_constraint(") < downgrade.index("op.drop_table(")
    assert 'op.execute("DROP TYPE order_state")' in downgrade
    assert "###" not in upgrade + downgrade
    recent = (service / "AGENTS.md").read_text()
    assert re.search(r"^- .{10}: Added persons, .*\n- .{10}: Added orders, .*`/orders`\.$", recent, re.MULTILINE)
    assert "- Persons: `/persons`.\n- Orders: `/orders`.\n" in (service / "CHANGELOG.md").read_text()

    subprocess.run(report["undo"], shell=True, cwd=service, check=True)  # noqa: S602
    assert tree(service) == before


def changed(service: Path) -> list[str]:
    return [line[2:].strip() for line in git(service, "status", "--porcelain", "-uall").split("\n")]


def test_no_migration_says_what_to_run(svcgen: Svcgen, service: Path) -> None:
    result = svcgen("add", "resource", "invoice", "number:str", QUICK)

    assert result.returncode == 0
    assert 'note: there is no migration yet; create it: uv run scripts/makemigration.py "add invoices"' in result.stdout
    assert "To undo it before you commit: git stash push --include-untracked -- AGENTS.md" in result.stdout
    assert not any("alembic" in path for path in changed(service))


def test_dry_run(svcgen: Svcgen, service: Path) -> None:
    before = tree(service)
    result = svcgen("add", "resource", "invoice", "number:str", "--dry-run", QUICK)

    assert result.returncode == 0
    assert "+++ b/app/models/invoice.py\n" in result.stdout
    assert "\n+class Invoice(Base):\n" in result.stdout
    assert "\n+routers: list[APIRouter] = [invoices.router]\n" in result.stdout
    assert tree(service) == before


def test_uncommitted_changes(svcgen: Svcgen, service: Path) -> None:
    (service / "mine").touch()
    refused = svcgen("add", "resource", "invoice", "number:str", QUICK)
    allowed = svcgen("add", "resource", "invoice", "number:str", QUICK, "--allow-dirty")

    assert refused.returncode == 1
    assert "has changes that are not committed" in refused.stderr
    assert "--allow-dirty" in refused.stderr
    assert allowed.returncode == 0
    assert (service / "mine").exists()


def test_outside_of_a_service(svcgen: Svcgen) -> None:
    result = svcgen("add", "resource", "invoice", "number:str")

    assert result.returncode == 1
    assert "is not a service" in result.stderr


def test_a_newer_service(svcgen: Svcgen, service: Path, environ: Mapping[str, str]) -> None:
    answers = service / ".copier-answers.yml"
    answers.write_text(re.sub(r"_commit: .*", "_commit: v99.0.0", answers.read_text()))
    commit(service, environ)
    result = svcgen("add", "resource", "invoice", "number:str", QUICK)

    assert result.returncode == 1
    assert "which is newer than this svcgen" in result.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("invoice customer:ref:customer", "there is no resource customer"),
        ("invoice x:str and customer x:ref:person", "there is no resource person"),
        ("invoice to:ref:customer and customer last:ref:invoice", "no first row can be stored"),
        ("invoice x:str and invoice_line y:str --plural invoices", "--plural invoices does not belong to a resource"),
        ("problem x:str", "problem would overwrite app/schemas/problem.py"),
        ("check x:str --plural health", "would overwrite app/api/health.py"),
        ("invoice metadata:json", "metadata is an attribute of every SQLAlchemy model"),
    ],
)
def test_refused_before_anything_is_written(svcgen: Svcgen, service: Path, words: str, reason: str) -> None:
    before = tree(service)
    result = svcgen("add", "resource", *words.split())

    assert result.returncode == (1 if "overwrite" in reason else 2)
    assert reason in result.stderr
    assert "hint: " in result.stderr
    assert tree(service) == before


@pytest.mark.usefixtures("service")
def test_twice(svcgen: Svcgen) -> None:
    assert svcgen("add", "resource", "invoice", "number:str", QUICK).returncode == 0
    result = svcgen("add", "resource", "invoice", "number:str", QUICK, "--allow-dirty")

    assert result.returncode == 1
    assert "invoice would overwrite app/models/invoice.py" in result.stderr


def test_models_that_no_migration_knows(svcgen: Svcgen, service: Path) -> None:
    """Its migration would have both."""
    assert svcgen("add", "resource", "customer", "name:str", QUICK).returncode == 0
    before = tree(service)
    result = svcgen("add", "resource", "invoice", "number:str", "--allow-dirty")

    assert result.returncode == 1
    assert "the migration would also change something other than invoices" in result.stderr
    assert tree(service) == before


def restyle(service: Path, file: str, change: Callable[[str], str]) -> None:
    path = service / file
    path.write_text(change(path.read_text()))


def test_a_reformatted_service(svcgen: Svcgen, service: Path, environ: Mapping[str, str]) -> None:
    """Single quotes and 80 columns in hard-rules/ruff.toml, and what has been left unformatted stays so."""
    restyle(
        service, "hard-rules/ruff.toml", lambda text: text.replace("120", "80") + '\n[format]\nquote-style = "single"\n'
    )
    restyle(service, "app/api/__init__.py", lambda text: text.replace("= []", "= [\n]  # none yet"))
    commit(service, environ)
    result = svcgen("add", "resource", "invoice", "number:str", "state:enum:draft,sent", QUICK)

    assert result.returncode == 0
    assert "'draft'" in (service / "app" / "models" / "invoice.py").read_text()
    assert max(map(len, (service / "app" / "api" / "invoices.py").read_text().splitlines())) <= 88
    assert "= [invoices.router\n]  # none yet" in (service / "app" / "api" / "__init__.py").read_text()


@pytest.mark.parametrize(
    ("file", "right", "wrong", "reason"),
    [
        (
            "app/api/__init__.py",
            "routers: list[APIRouter] = []",
            "routers = list()",
            "assigned in: no module",
        ),
        (
            "app/main.py",
            "for router in api.routers:",
            "for router in []:",
            "mounts the routers of app/api 0 times",
        ),
        ("app/errors.py", "class NotFoundError", "class Missing", "app/errors.py does not define NotFoundError"),
        ("app/models/__init__.py", "import Base", "import Base as", "app/models/__init__.py can't be read as Python"),
        ("app/core/rows.py", "async def create[", "async def make[", "app/core/rows.py does not define create"),
        ("app/core/etag.py", "\nIfMatch = ", "\nOther = ", "app/core/etag.py does not define IfMatch"),
        ("tests/conftest.py", "def committing_client", "def other", "does not define committing_client"),
    ],
)
def test_where_it_can_not_be_put(
    svcgen: Svcgen, service: Path, environ: Mapping[str, str], file: str, right: str, wrong: str, reason: str
) -> None:
    """It says precisely what to do by hand, and touches nothing."""
    assert right in (service / file).read_text()
    restyle(service, file, lambda text: text.replace(right, wrong))
    commit(service, environ)
    before = tree(service)
    result = svcgen("add", "resource", "invoice", "number:str", QUICK)

    assert result.returncode == 1
    assert reason in result.stderr
    assert "hint: " in result.stderr
    assert tree(service) == before


def test_documents_that_are_not_as_they_were(svcgen: Svcgen, service: Path, environ: Mapping[str, str]) -> None:
    (service / "AGENTS.md").write_text("# Ours\n")
    (service / "CHANGELOG.md").unlink()
    commit(service, environ)
    result = svcgen("add", "resource", "invoice", "number:str", QUICK)

    assert result.returncode == 0
    assert 'note: AGENTS.md has another structure than expected; add by hand: "' in result.stdout
    assert (service / "AGENTS.md").read_text() == "# Ours\n"


def test_links_inside_are_followed_and_stay(svcgen: Svcgen, service: Path, environ: Mapping[str, str]) -> None:
    (service / "CLAUDE.md").unlink()
    for name, place in {"AGENTS.md": "CLAUDE.md", "app/models": "app/tables", "tests/factories": "tests/made"}.items():
        shutil.move(service / name, service / place) if (service / name).exists() else (service / place).mkdir()
        (service / name).symlink_to(service / place)
    commit(service, environ)
    links = [path for path in service.rglob("*") if path.is_symlink()]

    result = svcgen("add", "resource", "invoice", "number:str", QUICK, "--json")

    report = json.loads(result.stdout)
    assert (result.returncode, report["ok"]) == (0, True), result.stderr
    assert [path for path in service.rglob("*") if path.is_symlink()] == links
    assert {"CLAUDE.md", "app/tables/__init__.py"} <= set(report["edited"])
    assert {"app/tables/invoice.py", "tests/made/invoice.py"} <= set(report["added"])
    assert "Added invoices" in (service / "AGENTS.md").read_text()
    subprocess.run(report["undo"], shell=True, cwd=service, check=True)  # noqa: S602
    assert git(service, "status", "--porcelain") == ""


def test_what_ruff_finds_is_told(svcgen: Svcgen, service: Path, environ: Mapping[str, str]) -> None:
    """By rules of the team that svcgen can't know."""
    restyle(service, "hard-rules/ruff.toml", lambda text: text.replace("select = [\n", 'select = [\n    "D100",\n'))
    commit(service, environ)
    result = svcgen("add", "resource", "invoice", "number:str", QUICK)

    assert result.returncode == 1
    assert "app/models/invoice.py:1:1: D100" in result.stderr
    assert "look at them with: uv run ruff check" in result.stderr


def test_a_failure_leaves_the_tree_as_it_was(svcgen: Svcgen, service: Path, environ: Mapping[str, str]) -> None:
    restyle(service, "scripts/makemigration.py", lambda _text: "raise SystemExit('no Postgres today')")
    commit(service, environ)
    before = tree(service)
    result = svcgen("add", "resource", "invoice", "number:str")

    assert result.returncode == 1
    assert "no Postgres today" in result.stderr
    assert tree(service) == before


@pytest.mark.parametrize("moment", ["ruff format", "scripts/makemigration.py"])
def test_interrupted(service: Path, tmp_path: Path, environ: Mapping[str, str], moment: str) -> None:
    before = tree(service)
    marker = tmp_path / "pid"
    wait = f"echo $$ >{marker}.new; mv {marker}.new {marker}; exec sleep 999"
    script = f'case "$*" in *"{moment}"*) {wait};; esac; exec {shutil.which("uv")} "$@"'
    path = fake_program(tmp_path / "bin", "uv", script)
    command = [sys.executable, "-m", "svcgen", "add", "resource", "invoice", "number:str"]
    with subprocess.Popen(
        command, cwd=service, env={**environ, "PATH": path}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(marker.exists, process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()

    assert (process.returncode, errors) == (130, "error: interrupted\n")
    assert tree(service) == before


def test_prompts(service: Path, environ: dict[str, str]) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "svcgen", "add", "resource", QUICK],
        cwd=str(service),
        env={**environ, "TERM": "dumb"},
        encoding="utf-8",
        timeout=60,
    )
    for question, answer in (
        ("Resource name, singular: ", "class"),
        ("reserved word.*Resource name, singular: ", "person"),
        (r"Plural \[people\]: ", ""),
        ("Field, such as", "name:string"),
        ("did you mean str\\?.*Field, such as", "name:str"),
        ("Next field", "name:int"),
        ("named name.*Next field", ""),
    ):
        child.expect(re.compile(question, flags=re.DOTALL))
        child.sendline(answer)
    child.expect("Added person")
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 0
    assert (service / "app" / "api" / "people.py").exists()


def test_nobody_to_ask(svcgen: Svcgen, service: Path) -> None:
    result = svcgen("add", "resource")

    assert (result.returncode, service.exists()) == (2, True)
    assert "the resource name is missing" in result.stderr


def test_at_birth(svcgen: Svcgen, workdir: Path) -> None:
    lines = ["--resource", "order total:decimal:9,2 buyer:ref:person", "--resource", "person last:ref:order:optional"]
    foreseen = json.loads(svcgen("new", "shop", *lines, "--dry-run", "--json").stdout)
    result = svcgen("new", "shop", *lines, "--json")
    report = json.loads(result.stdout)

    assert (result.returncode, report["steps"][-1]["name"], report["steps"][-1]["outcome"]) == (0, "resources", "done")
    assert git(workdir / "shop", "log", "--format=%s").split("\n") == ["Add orders and people", "Scaffold shop"]
    assert git(workdir / "shop", "status", "--porcelain") == ""
    later = set(report["files"]) - set(foreseen["files"])
    assert {"app/api/orders.py", "app/api/people.py"} <= set(foreseen["files"])
    assert {Path(file).parent.name for file in later} <= {"versions", ""}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--resource", "order buyer:ref:person"], "there is no resource person"),
        (["--resource", "order buyer:ref:person and person last:ref:order"], "no first row can be stored"),
        (["--resource", "order x:strr"], "strr is not a type"),
        (["--resource", "order x:str", "--no-sync"], "--resource needs the virtual environment"),
    ],
)
def test_at_birth_it_is_refused_before_anything_is_made(
    svcgen: Svcgen, workdir: Path, arguments: list[str], reason: str
) -> None:
    result = svcgen("new", "shop", *arguments)

    assert result.returncode == 2
    assert reason in result.stderr
    assert list(workdir.iterdir()) == []
