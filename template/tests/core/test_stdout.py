"""Log lines arrive whole and in order, or are dropped. The service does not wait for their reader."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer

import pytest

from app.core import stdout
from app.core.stdout import Stdout

type Pipe = tuple[Stdout, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Standard output as a pipe, and its reading end."""
    reader, writer = os.pipe()
    yield Stdout(writer), reader
    for descriptor in (reader, writer):
        os.close(descriptor)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdout, "PATIENCE_MS", 1)


def line_of(number: int) -> bytes:
    return b'{"number":%d,"more":"%s"}\n' % (number, b"x" * 1_000)


def numbers(read: bytes) -> list[int]:
    return [line["number"] for line in map(json.loads, read.splitlines()) if "number" in line]


def fill(writer: int) -> None:
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, line_of(0))
    os.set_blocking(writer, True)


def read_all(reader: int) -> bytes:
    os.set_blocking(reader, False)
    read = b""
    while True:
        try:
            read += os.read(reader, 65_536)
        except BlockingIOError:
            return read


def test_a_line_is_there_at_once(pipe: Pipe) -> None:
    out, reader = pipe
    out.write(line_of(1))

    assert read_all(reader) == line_of(1)


@pytest.mark.parametrize("together", [1, 5])
def test_a_reader_that_pauses(pipe: Pipe, together: int) -> None:
    out, reader = pipe
    for number in range(0, 1_000, together):
        out.write(b"".join(line_of(number + more) for more in range(together)))
    read = read_all(reader)
    out.write(line_of(1_000))
    read += read_all(reader)

    dropped = next(line["dropped"] for line in map(json.loads, read.splitlines()) if "dropped" in line)
    kept = 1_000 - dropped
    assert 0 < kept < 1_000
    assert numbers(read) == [*range(kept), 1_000]


def test_a_line_larger_than_the_pipe(pipe: Pipe) -> None:
    out, reader = pipe
    traceback = b'{"number":1,"exception":"%s"}\n' % (b"x" * 200_000)
    out.write(traceback)
    read = b""
    while len(read) < len(traceback):
        read += read_all(reader)
        out.write(line_of(2))

    assert read.startswith(traceback)
    assert set(numbers(read + read_all(reader))) == {1, 2}


def test_a_reader_that_is_late_misses_nothing(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    out, reader = pipe
    monkeypatch.setattr(stdout, "PATIENCE_MS", 5_000)
    fill(out.descriptor)
    Timer(0.02, os.read, (reader, 65_536)).start()

    out.write(line_of(1))

    assert read_all(reader).endswith(line_of(1))


def test_waits_for_a_reader_only_once_in_a_while(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _reader = pipe
    monkeypatch.setattr(stdout, "PATIENCE_MS", 50)
    fill(out.descriptor)
    started = time.monotonic()
    for number in range(100):
        out.write(line_of(number))

    assert 0.04 < time.monotonic() - started < 0.5


def test_a_reader_that_is_gone() -> None:
    reader, writer = os.pipe()
    os.close(reader)

    Stdout(writer).write(line_of(1))

    os.close(writer)
