"""Postgres is down, dies, comes back, has no room, says nothing."""

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults.postgres import Postgres, wait_until
from faults.server import Server, assert_refused, running
from service.conftest import Service

fault = pytest.mark.fault
NOT_AVAILABLE = "The database is not available"


def assert_unavailable(server: Server) -> None:
    answer = server.get("/customers")
    assert_refused(server, answer, 503)
    assert answer.json["detail"] == NOT_AVAILABLE
    assert server.get("/healthz").status == 200
    assert server.get("/readyz").status == 503


@fault("Postgres is down when the service starts", "live, not ready, 503; ready by itself once Postgres is up")
def test_down_at_start(service: Service, postgres: Postgres, log: Path) -> None:
    postgres.stop()
    with running(service, postgres, log) as server:
        assert_unavailable(server)
        postgres.start()
        server.wait_for("/readyz", 200)
        assert server.get("/customers").status == 200


@fault("Postgres dies during a request", "503 with Retry-After, nothing stored, works again once Postgres is up")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL], ids=["stops", "crashes", "is killed"])
def test_dies_during_a_request(server: Server, postgres: Postgres, name: str, how: signal.Signals) -> None:
    with postgres.trigger("customers", "AFTER INSERT", "PERFORM pg_sleep(20)"):
        request = server.start("POST", "/customers", {"name": name, "email": "e"})
        wait_until(postgres.busy, "the request has come to Postgres")
        postgres.stop(how)
        assert_refused(server, request.result(), 503)
        assert_unavailable(server)
        postgres.start()
    assert postgres.stored(name) == 0


@fault("Postgres restarts between two requests", "the first request after it is not a 500 but answered")
def test_restarts(server: Server, postgres: Postgres) -> None:
    before = server.many(5, "GET", "/customers")
    postgres.restart()
    after = server.many(5, "GET", "/customers")

    assert {answer.status for answer in (*before, *after)} == {200}


@fault("Postgres is starting up (57P03)", "503 with Retry-After")
def test_is_starting_up(server: Server, postgres: Postgres) -> None:
    """A standby that takes no readers yet says so for as long as one likes."""
    standby = postgres.data / "standby.signal"
    postgres.stop()
    standby.touch()
    try:
        postgres.launch(hot_standby="off")
        wait_until(lambda: "starting up" in postgres.refusal() or "not accepting" in postgres.refusal(), "it refuses")
        assert_unavailable(server)
    finally:
        postgres.stop()
        standby.unlink()


@fault("Postgres has no connection left (53300)", "503 with Retry-After")
def test_no_room(server: Server, postgres: Postgres) -> None:
    postgres.stop()
    postgres.start(max_connections="8")
    with ExitStack() as others:
        for _ in range(3):
            others.enter_context(postgres.session())("SELECT 1")
        assert_unavailable(server)
    assert "remaining connection slots" in server.output()


@fault("Postgres is behind an address that says nothing", "live, not ready, 503 within the connect timeout")
@pytest.mark.parametrize("port", ["silent_port", "dropping_port"])
def test_says_nothing(
    service: Service, postgres: Postgres, log: Path, port: str, request: pytest.FixtureRequest
) -> None:
    url = postgres.url(port=request.getfixturevalue(port))
    with running(
        service, postgres, log, DATABASE_URL=url, FAULTS_CONSTANTS="app.db:CONNECT_TIMEOUT_SECONDS=1"
    ) as server:
        assert_unavailable(server)


@fault("A service that a handler calls is down", "500, and nobody blames the database")
@pytest.mark.parametrize("upstream", ["127.0.0.1/1", "no-such-host.invalid/80", "silent"])
def test_an_upstream_is_down(server: Server, silent_port: int, upstream: str) -> None:
    answer = server.get(f"/faults/upstream/{upstream.replace('silent', f'127.0.0.1/{silent_port}')}")

    assert_refused(server, answer, 500)
    assert "database" not in str(server.lines(answer.request_id)).lower()
