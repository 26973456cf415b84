"""Postgres is down, dies, comes back."""

import signal

import pytest

from faults.postgres import Postgres, wait_until
from faults.server import Server, assert_refused

fault = pytest.mark.fault


@fault("Postgres dies during a request", "503 with Retry-After, nothing stored, the next request works")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL], ids=["stops", "crashes", "is killed"])
def test_dies_during_a_request(server: Server, postgres: Postgres, name: str, how: signal.Signals) -> None:
    with postgres.trigger("customers", "AFTER INSERT", "PERFORM pg_sleep(20)"):
        request = server.start("POST", "/customers", {"name": name, "email": "e"})
        wait_until(postgres.busy, "the request has come to Postgres")
        postgres.stop(how)
        assert_refused(server, request.result(), 503)
        assert_refused(server, server.get("/customers"), 503)
        assert server.get("/healthz").status == 200
        postgres.start()
    assert postgres.stored(name) == 0


@fault("Postgres restarts between two requests", "the first request after it is not a 500 but answered")
def test_restarts(server: Server, postgres: Postgres) -> None:
    before = server.many(5, "GET", "/customers")
    postgres.restart()
    after = server.many(5, "GET", "/customers")

    assert {answer.status for answer in (*before, *after)} == {200}
