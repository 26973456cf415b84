"""The schema is not the one that the code was written for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.postgres import Postgres
from faults.server import assert_refused, launched, running
from service.conftest import Service

fault = pytest.mark.fault


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """A database whose revision a test may change."""
    postgres.psql("CREATE DATABASE other OWNER service", "postgres")
    postgres.psql(
        "CREATE TABLE alembic_version (version_num text); GRANT SELECT ON alembic_version TO service", "other"
    )
    yield "other"
    postgres.recover()
    postgres.psql("DROP DATABASE other WITH (FORCE)", "postgres")


def be_current(postgres: Postgres, database: str) -> None:
    head = postgres.psql("SELECT version_num FROM alembic_version")
    postgres.psql(f"INSERT INTO alembic_version VALUES ('{head}')", database)  # noqa: S608


@fault(
    "The schema is older than the code", "refuses to start: one line with the revisions and the command, exit code 3"
)
def test_older(service: Service, postgres: Postgres, log: Path, database: str) -> None:
    with launched(service, postgres, log, DATABASE_URL=postgres.url(database)) as server:
        assert server.ended() == 3

    head = postgres.psql("SELECT version_num FROM alembic_version")
    (said,) = (line["event"] for line in server.lines() if line["level"] != "info")
    assert said.startswith("The schema of the database, at revision none, is older than this code")
    assert said.endswith(f"needs {head}. Run: alembic upgrade head")
    assert "Traceback" not in server.output()


@fault("The schema is newer than the code", "starts and is ready: a release is on its way, or was rolled back")
def test_newer(service: Service, postgres: Postgres, log: Path, database: str) -> None:
    postgres.psql("INSERT INTO alembic_version VALUES ('of-the-next-release')", database)
    with running(service, postgres, log, DATABASE_URL=postgres.url(database)) as server:
        assert server.get("/readyz").status == 200


@fault("Postgres comes up with an older schema", "starts without it, then not ready until it is migrated")
def test_older_once_it_is_up(service: Service, postgres: Postgres, log: Path, database: str) -> None:
    postgres.stop()
    with running(service, postgres, log, DATABASE_URL=postgres.url(database)) as server:
        postgres.start()
        refused = server.get("/readyz")
        be_current(postgres, database)
        assert_refused(server, refused, 503)
        assert refused.json["detail"] == "The schema of the database is older than this code"
        assert server.get("/readyz").status == 200
