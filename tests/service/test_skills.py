"""Every command in the documents of a service works: AGENTS.md, README.md, docs/ and the skills."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import yaml

from service.conftest import ANSWERS, Service, environment
from support.helpers import git
from support.night import NIGHT
from support.running import free_port, serving
from svcgen.resource.change.types_file import add_types
from svcgen.resource.code.generate import generate, used_types
from svcgen.resource.code.layout import Layout
from svcgen.resource.syntax.parse import parse_resource

# These need a machine, an account or a network that the suite does not have. Every other command runs.
OUTSIDE = {
    "docker compose up",
    "docker compose up db",
    "gh variable delete DEPLOY",
    "gh variable set DEPLOY --body true",
    'gh api --method PUT "repos/{owner}/{repo}/environments/staging"',
    "uvx pre-commit install",
}
OUTSIDE_ON = {
    "fly": {
        "fly deploy --image <image> --skip-release-command",
        'fly logs --no-tail | grep \'"logger":"app.access"\' | grep \'"status":5\'',
        'fly logs --no-tail | grep \'"logger":"app.access"\' | grep -c \'"status":5\'',
        'fly logs --no-tail | grep -E \'"level":"error"|"event":"not ready"\'',
        "fly logs --no-tail | grep <request-id>",
        "fly mpg connect",
        "fly releases --image",
        "fly secrets import",
        "fly status",
        "fly tokens create deploy --app <app> --expiry 8760h | gh secret set FLY_API_TOKEN --env staging",
        "gh attestation verify image.tar --repo <owner>/<repo>",
        "gh variable set ATTEST --body false",
        "gh variable set FLY_APP --env staging --body <app>",
        "gh variable set URL --env staging --body https://<app>.fly.dev",
    },
    "railway": {
        "gh secret set RAILWAY_TOKEN --env staging",
        "gh variable set RAILWAY_SERVICE --env staging --body <service>",
        "gh variable set URL --env staging --body https://<host>",
        "railway connect",
        "railway logs --since 10m --json | grep app.access",
        'railway logs --since 1h --filter "@level:error"',
        "railway logs --since 1h --json | grep <request-id>",
        "railway variable set API_KEY --stdin",
    },
}
SAID_BY_OTHERS = {
    "Can't locate revision",
    "Invalid HTTP request received.",
    "canceling statement due to lock timeout",
    "could not serialize access",
    "deadlock detected",
    "does not exist",
    "lock timeout",
    "password",
    "remaining connection slots",
    "statement timeout",
    "the database system is starting up",
    "too many clients",
}
LIMITS = {
    "LOCK_TIMEOUT_MS = 4_000": "waited 4 s for a lock",
    "POOL_TIMEOUT_SECONDS = 1": "connections were in use for 1 s",
    "READINESS_TIMEOUT_SECONDS = 2": "No connection and `SELECT 1` within 2 s",
    'RETRY_AFTER_SECONDS = "1"': "may retry after 1 s",
    "STATEMENT_TIMEOUT_MS = 10_000": "it took more than 10 s",
}
PROGRAMS = (
    r"(?:[A-Z_]+=\w+ )?(?:alembic|cp|curl|docker|fastapi|fly|gh|git|mkdir|python(?= -m)|railway|source|uv|uvicorn|uvx)"
)
DEVDB = "uv run scripts/devdb.py"
# test_running.py and test_development.py run these.
RUN_ELSEWHERE = {"UV_VENV_CLEAR=1 uv venv && uv sync", "fastapi dev", "python -m app", "uv run fastapi dev"}
APP_ALONE = "uv sync --no-dev"
SERVERS = {"uv run uvicorn app.main:app --reload --reload-dir app", "uvicorn app.main:app --reload --reload-dir app"}
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
MIGRATION = '''"""Step {revision}."""

from alembic import op

revision: str = "{revision}"
down_revision: str = "{down_revision}"
{helpers}

{upgrade}

def downgrade() -> None:
    """Leave it."""
'''
QUERIES = """
import asyncio, asyncpg, json, sys
HOLD = "SELECT pg_backend_pid() FROM pg_advisory_xact_lock(pg_backend_pid())"
async def hold(url):
    connection = await asyncpg.connect(url, server_settings={"application_name": "alembic"})
    await connection.transaction().start()
    return connection, str(await connection.fetchval(HOLD))
async def main(url, *statements):
    connection = await asyncpg.connect(url)
    (blocking, pid), (migrating, _) = await hold(url), await hold(url)
    for statement in statements:
        rows = await connection.fetch(statement.replace("<pid>", pid))
        print(json.dumps([dict(row) for row in rows], default=str))
asyncio.run(main(*sys.argv[1:]))
"""

# The skill does this one deploy before it drops a column.
UNMAPPED = """
from sqlalchemy.orm import Mapped, Unmapped, mapped_column, unmapped_column
from app.models.base import Base
class Model(Base):
    __tablename__ = "models"
    id: Mapped[int] = mapped_column(primary_key=True)
    gone: Unmapped[str | None] = unmapped_column()
print("gone" in Model.__table__.columns, "gone" in Model.__mapper__.columns)
"""


def blocks(document: Path, language: str) -> list[tuple[str, str]]:
    """Return the title and the unindented content of each code block in one language."""
    text = document.read_text(encoding="utf-8")
    found = re.findall(rf'^ *```{language}(?: title="([^"]+)")?\n(.*?)^ *```', text, flags=re.MULTILINE | re.DOTALL)
    return [(title, re.sub(r"^   ", "", block, flags=re.MULTILINE)) for title, block in found]


def commands(document: Path) -> list[str]:
    """Return the commands of a document: lines of shell blocks, and spans that begin with one of the programs."""
    text = document.read_text(encoding="utf-8")
    pattern = re.compile(rf"^ *```sh\n(.*?)^ *```|`({PROGRAMS} [^`]+)`", flags=re.MULTILINE | re.DOTALL)
    lines = "\n".join(block or span for block, span in pattern.findall(text)).splitlines()
    return [command for line in lines if (command := re.sub(r"\s+#.*", "", line).strip())]


def documents(service: Path) -> list[Path]:
    skills = sorted(service.glob(".agents/skills/*/SKILL.md"))
    assert len(skills) == 4
    return [service / "AGENTS.md", service / "README.md", *skills, *sorted(service.glob("docs/*.md"))]


def outside(service: Path) -> set[str]:
    named = {command for document in documents(service) for command in commands(document)}
    return {command for command in named if command.startswith(("docker ", "fly ", "gh ", "railway ", "uvx "))}


@dataclass
class Workshop:
    """A clone of a service in which a colleague follows its documents."""

    service: Service
    database_port: int
    done: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"postgresql://postgres:postgres@localhost:{self.database_port}/app"

    @property
    def path(self) -> Path:
        return self.service.path

    def skill(self, name: str) -> Path:
        return self.path / ".agents" / "skills" / name / "SKILL.md"

    def do(self, command: str, **placeholders: str) -> None:
        self.done.add(command)
        for name, value in placeholders.items():
            command = command.replace(name, value)
        path = f"{self.path / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        # By day only the tests of what was added: those of the service itself run in test_suite.py.
        added = {"PYTEST_ADDOPTS": "tests/api"} if command == "uv run pytest" and not NIGHT else {}
        result = self.service.run("bash", "-ec", command, PATH=path, **added)
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"

    def query(self, *statements: str) -> list[list[dict[str, object]]]:
        """Run SQL while two connections hold a lock; ``<pid>`` stands for the process of one of them."""
        result = self.service.run("python", "-c", QUERIES, self.url, *statements)
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    def edit(self, file: str, right: str, wrong: str) -> None:
        path = self.path / file
        content = path.read_text(encoding="utf-8")
        assert right in content, f"{file} has no {right}"
        path.write_text(content.replace(right, wrong), encoding="utf-8")


@pytest.fixture
def workshop(billing: Service, open_directory: Path) -> Iterator[Workshop]:
    """Set up a clone as AGENTS.md describes, with a Postgres without Docker and the existing virtual environment."""
    clone = replace(billing, path=open_directory / "workshop")
    git(open_directory, "clone", "--quiet", str(billing.path), str(clone.path))
    (clone.path / ".venv").symlink_to(billing.path / ".venv")
    workshop = Workshop(clone, free_port(), set(RUN_ELSEWHERE))
    workshop.edit(".env.example", "5432", str(workshop.database_port))
    git(clone.path, *IDENTITY, "commit", "--quiet", "--all", "--message", "Another port")
    workshop.do("cp .env.example .env")
    with devdb(workshop):
        yield workshop


@contextmanager
def devdb(workshop: Workshop) -> Iterator[None]:
    python = workshop.path / ".venv" / "bin" / "python"
    with subprocess.Popen(
        [python, "-W", "ignore", DEVDB.removeprefix("uv run ")],
        cwd=workshop.path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert "ready" in process.stdout.readline()
            workshop.done.add(DEVDB)
            yield
        finally:
            process.send_signal(signal.SIGINT)


def test_following_the_documents(workshop: Workshop, tmp_path: Path) -> None:
    add_a_resource(workshop)
    workshop.do("alembic upgrade head")
    write_a_migration(workshop)
    deploy_an_older_image(workshop)
    heal_the_database(workshop)
    run_the_rest(workshop, tmp_path)

    named = {command for document in documents(workshop.path) for command in commands(document)}
    assert named - workshop.done == outside(workshop.path) == OUTSIDE | OUTSIDE_ON["fly"]


def add_a_resource(workshop: Workshop) -> None:
    skill = workshop.skill("add-a-resource")
    files = {workshop.path / title: code for title, code in blocks(skill, "python")}
    for file, code in code_of_a_resource().items():
        path = workshop.path / file
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(code, encoding="utf-8")
    for arguments in (("check", "--quiet", "--fix"), ("format", "--quiet")):
        assert workshop.service.run("ruff", *arguments, *map(str, files)).returncode == 0
    assert files == {path: path.read_text(encoding="utf-8") for path in files}
    workshop.edit("app/models/__init__.py", "import Base\n", "import Base\nfrom app.models.invoice import Invoice\n")
    workshop.edit("app/models/__init__.py", '"Base"]', '"Base", "Invoice"]')
    workshop.edit("app/api/__init__.py", "[]", "[invoices.router]")
    workshop.edit("app/api/__init__.py", "import APIRouter\n", "import APIRouter\n\nfrom app.api import invoices\n")

    for command in commands(skill):
        workshop.do(command)

    assert {path: path.read_text(encoding="utf-8") for path in files} == files, "they are not as ruff formats them"


def code_of_a_resource() -> dict[str, str]:
    """Return what `svcgen add resource` writes for the example of the skill."""
    resource = parse_resource(["invoice", "number:str:max=50:unique", "total_cents:int:min=0"])
    layout = Layout(Path(), Path("app/api/__init__.py")).including(resource)
    code = {str(file): text for file, text in generate(resource, layout, "/").items()}
    types = add_types('"""Types that the schemas share."""\n', used_types(resource))
    return {**code, "app/schemas/types.py": types}


def write_a_migration(workshop: Workshop) -> None:
    """Add a column to a table that has rows, then index it, fill it and make it NOT NULL."""
    skill = workshop.skill("write-a-migration")
    workshop.query(
        "INSERT INTO invoices (number, total_cents, version) SELECT n, 0, 1 FROM generate_series(1, 2500) AS n"
    )
    generate, *others = commands(skill)[1:]
    assert "makemigration" in generate
    nullable = "    due_on: Mapped[date | None]\n"
    workshop.edit("app/models/invoice.py", "import datetime\n", "import date, datetime\n")
    workshop.edit("app/models/invoice.py", "    created_at", nullable + "    created_at")
    workshop.do(generate)
    workshop.edit("app/models/invoice.py", nullable, "    due_on: Mapped[date] = mapped_column(index=True)\n")
    write_the_blocks(workshop, skill)
    for command in others:
        workshop.do(command)

    (filled,), (index,), (column,) = workshop.query(
        "SELECT count(*) FROM invoices WHERE due_on > created_at + interval '29 days'",
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_invoices_due_on'::regclass",
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'invoices'::regclass AND attname = 'due_on'",
    )
    assert (filled, index, column) == ({"count": 2500}, {"indisvalid": True}, {"attnotnull": True})


def write_the_blocks(workshop: Workshop, skill: Path) -> None:
    versions = workshop.path / "alembic" / "versions"
    (generated,) = versions.glob("*_add_due_date_*.py")
    found = re.search(r'^revision: str = "(.+)"', generated.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert found
    last = found[1]
    for number, (_title, code) in enumerate(blocks(skill, "python")):
        helpers, _, body = code.rpartition("def upgrade()")
        fields = {"revision": f"step_{number}", "down_revision": last, "helpers": helpers.strip()}
        content = MIGRATION.format(upgrade=f"def upgrade(){body}", **fields).replace('"\n\n\n\n', '"\n\n\n')
        (versions / f"3000_step_{number}.py").write_text(content, encoding="utf-8")
        last = fields["revision"]
    assert last == "step_3"


def deploy_an_older_image(workshop: Workshop) -> None:
    """The deploy fails as the runbook describes, because the image lacks the newest migration."""
    newest = max((workshop.path / "alembic" / "versions").glob("*.py"))
    newest.rename(newest.with_suffix(".away"))
    with pytest.raises(AssertionError, match="Can't locate revision"):
        workshop.do("alembic upgrade head")
    newest.with_suffix(".away").rename(newest)
    assert "Can't locate revision" in (workshop.path / "docs" / "runbook.md").read_text(encoding="utf-8")


def heal_the_database(workshop: Workshop) -> None:
    """Run the SQL of the runbook on a database where each statement finds something."""
    workshop.query("CREATE TABLE doubles AS SELECT 1 AS n FROM generate_series(1, 2)")
    with pytest.raises(AssertionError, match="could not create unique index"):
        workshop.query("CREATE UNIQUE INDEX CONCURRENTLY broken ON doubles (n)")
    script = "".join(sql for _title, sql in blocks(workshop.path / "docs" / "runbook.md", "sql"))
    statements = [statement.strip() for statement in script.replace("<index>", "broken").split(";")][:-1]

    results = dict(zip(statements, workshop.query(*statements), strict=True))

    assert len(results) >= 6
    assert [statement for statement, rows in results.items() if not rows and "DROP" not in statement] == []
    assert results["SELECT pg_terminate_backend(<pid>)"] == [{"pg_terminate_backend": True}]
    assert workshop.query("SELECT 1 FROM pg_index WHERE NOT indisvalid") == [[]]


def run_the_rest(workshop: Workshop, tmp_path: Path) -> None:
    """Run every other command while the server of AGENTS.md runs."""
    # In another environment: the workshop shares its own, which would lose the development tools.
    workshop.do(f"UV_PROJECT_ENVIRONMENT={tmp_path / 'venv'} {APP_ALONE}")
    workshop.done.add(APP_ALONE)
    lock = (workshop.path / "uv.lock").read_text(encoding="utf-8")
    with serving(workshop.service, tmp_path / "log", "app.main:app", "--reload", "--reload-dir", "app") as server:
        workshop.done |= SERVERS
        local = server.url.removeprefix("http://127.0.0.1:")
        placeholders = {
            "https://<host>": server.url,
            "localhost:8000": f"localhost:{local}",
            "<date>": "today",
            "<what>": "it",
        }
        for document in documents(workshop.path):
            for command in commands(document):
                if command not in workshop.done | OUTSIDE | OUTSIDE_ON["fly"]:
                    workshop.do(command, **placeholders)

    assert (workshop.path / "uv.lock").read_text(encoding="utf-8") == lock
    assert "requirements.txt" not in git(workshop.path, "diff", "--name-only")


@pytest.fixture(scope="module")
def on_railway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("railway") / ANSWERS["railway"][0]
    command = [sys.executable, "-m", "svcgen", "new", path.name, str(path), "--platform", "railway", "--no-sync"]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    return path


def test_railway_is_told_its_own_commands(on_railway: Path) -> None:
    assert outside(on_railway) == OUTSIDE | OUTSIDE_ON["railway"]


def test_commands_of_docker_name_services_of_compose(billing: Service) -> None:
    services = yaml.safe_load((billing.path / "compose.yaml").read_text(encoding="utf-8"))["services"]
    named = [command.split()[3:] for command in OUTSIDE if command.startswith("docker compose up")]

    assert [name for names in named for name in names if name not in services] == []
    assert ["db"] in named


def test_skills_have_the_form_that_agents_read(billing: Service) -> None:
    """https://agentskills.io/specification."""
    for skill in billing.path.glob(".agents/skills/*/SKILL.md"):
        head = skill.read_text(encoding="utf-8").split("---\n")[1]
        fields = yaml.safe_load(head)

        assert set(fields) == {"name", "description"}
        assert fields["name"] == skill.parent.name
        assert re.fullmatch(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*", fields["name"])
        assert 0 < len(fields["description"]) <= 1024


def test_going_back_without_the_migration(on_railway: Path) -> None:
    """The runbook reverts the code and keeps the migration: Railway's old image would run its own migrations."""
    migration = on_railway / "alembic" / "versions" / "bad.py"
    code = on_railway / "app" / "bad.py"
    for path in (migration, code):
        path.write_text("", encoding="utf-8")
    git(on_railway, "add", ".")
    git(on_railway, *IDENTITY, "commit", "--quiet", "--message", "Bad")

    (block,) = [block for _title, block in blocks(on_railway / "docs" / "runbook.md", "sh") if "git revert" in block]
    for line in block.replace("<bad-commit>", "HEAD").replace("<what>", "it").splitlines():
        subprocess.run(
            ["bash", "-c", line.replace("git ", f"git {' '.join(IDENTITY)} ")],
            cwd=on_railway,
            check=True,
            capture_output=True,
        )

    assert migration.exists()
    assert not code.exists()
    assert git(on_railway, "status", "--porcelain") == ""


def test_the_runbook_quotes_the_service(billing: Service) -> None:
    """The runbook quotes the messages and time limits of the code."""
    runbook = (billing.path / "docs" / "runbook.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in runbook.splitlines() if line.startswith("|"))
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((billing.path / "app").rglob("*.py")))
    code += (billing.path / "alembic" / "env.py").read_text(encoding="utf-8")

    quoted = set(re.findall(r'"([^"]+)"', table))
    assert quoted > SAID_BY_OTHERS
    assert [quote for quote in quoted - SAID_BY_OTHERS if quote not in code] == []
    assert [name for name, said in LIMITS.items() if said not in table or f"{name}\n" not in code] == []


def test_a_column_is_no_longer_used_before_it_is_dropped(billing: Service) -> None:
    skill = billing.path / ".agents" / "skills" / "write-a-migration" / "SKILL.md"
    assert "`Unmapped[str \\| None] = unmapped_column()`" in skill.read_text(encoding="utf-8")

    assert billing.run("python", "-c", UNMAPPED).stdout == "True False\n"
