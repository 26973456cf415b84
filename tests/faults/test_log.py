"""Who reads the log stalls, or is late."""

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.postgres import Postgres
from faults.server import running
from service.conftest import Service

fault = pytest.mark.fault


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe so small that few lines fill it."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 16_384)
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


def read_lines(reader: int) -> list[dict[str, Any]]:
    """Everything that is in a pipe; each line has to be whole."""
    read = b""
    while True:
        try:
            read += os.read(reader, 65_536)
        except BlockingIOError:
            assert read.endswith(b"\n")
            return [json.loads(line) for line in read.splitlines()]


@fault("The reader of the log stalls", "requests are served; later lines are whole, and tell how many are missing")
def test_reader_stalls(service: Service, postgres: Postgres, log: Path, pipe: tuple[int, int], name: str) -> None:
    reader, writer = pipe
    with running(service, postgres, log, stdout=writer) as server:
        stored = server.post("/customers", {"name": name, "email": "e"})
        answers = [server.get("/customers", timeout=5) for _number in range(120)]
        live = server.get("/healthz", timeout=2)
        lines = read_lines(reader)  # finishes none that does not fit
        server.get("/invoices")
        server.get("/healthz")
        lines += read_lines(reader)

    dropped = sum(line.get("dropped", 0) for line in lines)
    logged = [line["request_id"] for line in lines if line.get("logger") == "app.access"]
    assert (stored.status, live.status, {answer.status for answer in answers}) == (201, 200, {200})
    assert logged[:-1] == [answer.request_id for answer in (stored, *answers)][: len(logged) - 1]
    assert dropped + len(logged) == len([stored, *answers]) + 1
    assert dropped > 0


@fault("The service is killed while its log is read", "every line of what it had answered is there")
def test_killed(service: Service, postgres: Postgres, log: Path, pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    with running(service, postgres, log, stdout=writer) as server:
        lines = read_lines(reader)
        answers = [server.get("/customers") for _number in range(5)]
        server.get("/healthz")  # the line of a request is written right after its answer, before another one is read
        server.process.send_signal(signal.SIGKILL)
        server.ended()
    lines += read_lines(reader)

    logged = [line["request_id"] for line in lines if line.get("logger") == "app.access"]
    assert logged == [answer.request_id for answer in answers]
