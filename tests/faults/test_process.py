"""The process is told to leave: while it works, while it starts, twice."""

import signal
import time
from pathlib import Path

import pytest

from faults.postgres import Postgres, wait_until
from faults.server import assert_refused, launched, running
from service.conftest import Service

fault = pytest.mark.fault


@fault("A 60 s request at SIGTERM", "503 after the graceful timeout, rolled back, exit code 0")
@pytest.mark.parametrize("waits_for", ["Postgres", "something else"])
def test_long_request(service: Service, postgres: Postgres, log: Path, name: str, waits_for: str) -> None:
    shorter = "app.core.server:GRACEFUL_SHUTDOWN_SECONDS=1 app.db:STATEMENT_TIMEOUT_MS=4000"
    with (
        postgres.trigger("customers", "AFTER INSERT", "PERFORM pg_sleep(60)"),
        running(service, postgres, log, FAULTS_CONSTANTS=shorter) as server,
    ):
        if waits_for == "Postgres":
            customer = {"name": name, "email": "e"}
            request = server.start("POST", "/customers", customer)
            wait_until(postgres.busy, "the request has come to Postgres")
        else:
            request = server.start("GET", "/faults/sleep/60")
            time.sleep(0.3)
        server.process.terminate()
        server.wait_for("/readyz", 503)
        assert server.ended(10) == 0
        assert_refused(server, request.result(5), 503)
        wait_until(lambda: not postgres.busy(), "Postgres has given it up, at the statement timeout at the latest")

    assert "Traceback" not in server.output()
    assert postgres.stored(name) == 0


@fault("SIGTERM while the service starts and Postgres says nothing", "leaves within seconds, exit code 0")
def test_while_starting(service: Service, postgres: Postgres, log: Path, silent_port: int) -> None:
    with launched(service, postgres, log, DATABASE_URL=postgres.url(port=silent_port)) as server:
        wait_until(lambda: "Waiting for application startup" in server.output(), "it has begun to start")
        server.process.terminate()
        assert server.ended(5) == 0
    assert "Traceback" not in server.output()


@fault("SIGTERM in the first second", "leaves at once")
@pytest.mark.parametrize("seconds", [0.1, 0.4, 0.7])
def test_first_second(service: Service, postgres: Postgres, log: Path, seconds: float) -> None:
    """Before Python has come to the first line of the service the signal ends it as any other process."""
    with launched(service, postgres, log, module="app", DRAIN_SECONDS="0") as server:
        time.sleep(seconds)
        server.process.terminate()
        assert server.ended(5) in {0, -signal.SIGTERM}
    assert "Traceback" not in server.output()


@fault("A second SIGTERM", "no more draining; what is in flight is finished, exit code 0")
def test_second_sigterm(service: Service, postgres: Postgres, log: Path) -> None:
    with running(service, postgres, log, DRAIN_SECONDS="60") as server:
        request = server.start("GET", "/faults/sleep/1")
        time.sleep(0.2)
        server.process.terminate()
        server.wait_for("/readyz", 503)
        server.process.terminate()
        assert server.ended(10) == 0
        assert request.result(5).status == 200
