"""The scripts of a service as a developer runs them, two services at once, and what a failing test prints."""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from service.conftest import Service, environment
from service.hard_rules import workspace
from support.running import Server, free_port, is_up
from svcgen.commands.add import add_resources
from svcgen.resource.change.added import AddRequest
from svcgen.resource.syntax.parse import parse_resources
from svcgen.system.steps import ignore

RESOURCES = (
    "customer email:str:unique and invoice number:int:unique:min=1:max=12000 customer:ref:customer due:date:unique"
)
NOT_RUN = {"postgres.py"}  # only imported
UNREACHABLE = ("u:s3cret@localhost:1/app", "u:s3cret@host.invalid/app", "u:p@ss:s3cret@db/app")
WRONG = """from fastapi import APIRouter

router = APIRouter()


@router.get("/wrong", response_model=None)
async def wrong() -> None:
    print("one rule, which two tools look at")
    await session.commit()


print("again")
"""
FAILING = """from httpx import AsyncClient


async def test_refused(client: AsyncClient) -> None:
    refused = await client.post("/widgets", json={"name": ""})

    assert refused.status_code == 201


async def test_crash(client: AsyncClient) -> None:
    assert (await client.post("/widgets/nut/then-crash")).status_code == 201
"""


@pytest.fixture
def copied(billing: Service) -> Iterator[Service]:
    """A service to be changed, where the user of Postgres may go."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield configured(billing, Path(folder, "service"))


def configured(service: Service, directory: Path) -> Service:
    """Copy a service and give it ports of its own, as its README says."""
    copy = workspace.copy(service, directory)
    text = (copy.path / ".env.example").read_text(encoding="utf-8")
    for name, old in (("POSTGRES_PORT", 5432), ("\nPORT", 8000)):
        assert f"{name}={old}" in text
        text = text.replace(f"{name}={old}", f"{name}={free_port()}")
    (copy.path / ".env").write_text(text, encoding="utf-8")
    return copy


def run(service: Service, *command: str, **environ: str) -> str:
    result = service.run(*command, **environ)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextmanager
def started(service: Service, *arguments: str, log: Path) -> "Iterator[subprocess.Popen[str]]":
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [service.path / ".venv" / "bin" / "python", *arguments],
            cwd=service.path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


@contextmanager
def devdb(service: Service) -> Iterator[None]:
    log = service.path / "devdb.log"
    with started(service, "scripts/devdb.py", log=log) as process:
        Server(process, "", log).wait_for(lambda: "ready" in log.read_text(encoding="utf-8"))
        yield


def test_scripts_read_their_arguments(billing: Service) -> None:
    """None ignores them, as devdb.py did when it was asked for help."""
    shown = billing.run("python", "scripts/devdb.py", "--help")
    assert (shown.returncode, shown.stdout[:6]) == (0, "usage:"), shown.stderr
    scripts = {path.name for path in (billing.path / "scripts").glob("*.py")} - NOT_RUN
    assert len(scripts) >= 6
    for script in scripts:
        refused = billing.run("python", f"scripts/{script}", "--nonsense")
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr


def test_two_services_at_once(billing: Service, copied: Service) -> None:
    """Each with its own Postgres and port, which stand nowhere but in its .env."""
    with ExitStack() as stack:
        other = configured(billing, copied.path.with_name("other"))
        servers = []
        for service in (copied, other):
            stack.enter_context(devdb(service))
            run(service, "alembic", "upgrade", "head")
            log = service.path / "app.log"
            app = stack.enter_context(started(service, "-m", "app", log=log))
            env = (service.path / ".env").read_text(encoding="utf-8")
            port = dict(line.split("=", 1) for line in env.splitlines() if "=" in line)["PORT"]
            servers.append(Server(app, f"http://127.0.0.1:{port}", log))
        for server in servers:
            server.wait_for(partial(is_up, server))

        assert [server.get("/readyz")[0] for server in servers] == [200, 200]
        assert len({server.url for server in servers}) == 2


def test_seed(copied: Service) -> None:
    """Rows of every resource, whatever is there already, and only in development."""
    add_resources(AddRequest(copied.path, parse_resources(RESOURCES.split()), allow_dirty=True), ignore)
    with devdb(copied):
        early = copied.run("python", "scripts/seed.py")
        run(copied, "alembic", "upgrade", "head")
        first = run(copied, "python", "scripts/seed.py", "--rows", "3")
        more = run(copied, "python", "scripts/seed.py", "--rows", "7")
    refused = copied.run("python", "scripts/seed.py", ENVIRONMENT="production", API_KEY="x" * 20)

    assert (early.returncode, "Run: alembic upgrade head" in early.stderr) == (1, True)
    assert first == "customers: 3 rows\ninvoices: 3 rows\n"
    assert more == "customers: 7 rows\ninvoices: 7 rows\n"
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "ENVIRONMENT is production" in refused.stderr


def test_check_reports_each_breach_once_in_order_of_lines(copied: Service) -> None:
    (copied.path / "app" / "api" / "wrong.py").write_text(WRONG, encoding="utf-8")

    verdict = workspace.check(copied)

    places = [(finding.file, finding.line) for finding in verdict.findings]
    assert places == sorted(places)
    printed = [finding.line for finding in verdict.findings if "All structured logs" in finding.message]
    assert printed == [8, 12], verdict.output
    assert verdict.output.rstrip().endswith(f"Breaches: {len(places)}, waivers: 0")
    assert "Scan succeeded" not in verdict.output


def test_a_failing_test_prints_the_response_and_little_else(copied: Service, postgres: str) -> None:
    (copied.path / "tests" / "test_failing.py").write_text(FAILING, encoding="utf-8")
    refused, crash = (
        copied.test("-q", f"tests/test_failing.py::{name}", TEST_DATABASE_URL=postgres).stdout
        for name in ("test_refused", "test_crash")
    )

    assert 'POST /widgets: 422 {"type":' in refused
    assert '"location":["body","name"]' in refused
    assert "RuntimeError: a secret of the inside" in crash
    assert "in create_then_crash" in crash
    for output in (refused, crash):
        assert output.count("\n") < 30, output
        assert "alembic" not in output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tests/core/test_settings.py",), 0),
        (("-k", "test_settings"), 0),
        (("--deselect", "tests/api"), 0),
        (("tests",), 1),
    ],
)
def test_only_the_whole_suite_has_a_coverage_floor(
    copied: Service, postgres: str, arguments: tuple[str, ...], code: int
) -> None:
    for path in (copied.path / "tests").rglob("test_*.py"):
        if path.name != "test_settings.py":
            path.unlink()
    covered = copied.test("-q", *arguments, "--cov", TEST_DATABASE_URL=postgres)

    assert covered.returncode == code, covered.stdout
    assert ("Required test coverage of 95" in covered.stdout) is bool(code), covered.stdout


@pytest.mark.parametrize("url", UNREACHABLE[::2])
def test_an_unreachable_server_is_one_line(billing: Service, url: str) -> None:
    result = billing.run("pytest", "-q", TEST_DATABASE_URL=f"postgresql://{url}")
    output = result.stdout + result.stderr

    assert (result.returncode, output.count("\n"), "s3cret" in output) == (1, 1, False), output
    assert "TEST_DATABASE_URL" in output


@pytest.mark.parametrize("url", UNREACHABLE[1:2])
def test_alembic_names_a_database_that_does_not_answer(billing: Service, url: str) -> None:
    result = billing.run("alembic", "current", DATABASE_URL=f"postgresql://{url}")
    output = result.stdout + result.stderr

    assert result.returncode != 0
    assert f"FAILED: No connection to Postgres at {url.partition('@')[2].partition('/')[0]}" in output
    assert ("Traceback" in output, "s3cret" in output) == (False, False)
