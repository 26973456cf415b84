"""The wall clock is set, far forward and far back, as it is on a machine that wakes up or finds its time server."""

import signal
import time
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from faults.postgres import Postgres
from faults.server import access_line, running
from service.conftest import Service

pytestmark = pytest.mark.skipif(not find_spec("libfaketime"), reason="libfaketime is for Linux")


def set_clock(path: Path, offset: str) -> None:
    """Let the process see another time from its next look at the clock on."""
    new = path.with_suffix(".new")
    new.write_text(f"{offset}\n")
    new.replace(path)


@pytest.mark.fault("The wall clock is set during a request", "durations, pool, timeouts and draining do not notice")
@pytest.mark.parametrize("days", [400, -400], ids=["forward", "back"])
def test_clock_is_set(service: Service, postgres: Postgres, log: Path, tmp_path: Path, days: int) -> None:
    spec = find_spec("libfaketime")
    assert spec
    assert spec.submodule_search_locations
    (library,) = Path(spec.submodule_search_locations[0]).rglob("libfaketime.so.1")
    clock = tmp_path / "clock"
    set_clock(clock, "+0")
    faked = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with running(service, postgres, log, **faked) as server:
        assert server.get("/customers").status == 200
        request = server.start("GET", "/faults/sleep/0.5")
        time.sleep(0.2)
        set_clock(clock, f"{days:+}d")
        answer = request.result()
        line = access_line(server, answer.request_id)
        shift = datetime.fromisoformat(line["timestamp"]) - datetime.now(UTC)
        assert abs(shift - timedelta(days=days)) < timedelta(minutes=1)  # it does see another time
        assert answer.status == 200
        assert 400 < line["duration_ms"] < 10_000

        assert {answer.status for answer in server.many(20, "GET", "/customers")} == {200}
        postgres.disconnect()
        server.wait_for("/readyz", 200)
        assert {answer.status for answer in server.many(20, "GET", "/customers")} == {200}
        set_clock(clock, "+0")
        assert {answer.status for answer in server.many(20, "GET", "/customers")} == {200}

        set_clock(clock, f"{-days:+}d")
        server.process.send_signal(signal.SIGTERM)
        server.wait_for("/readyz", 503, 5)
        set_clock(clock, f"{days:+}d")
        assert server.ended(10) == 0
