"""Standard output for log lines, which never makes the service wait long for a slow reader."""

import io
import os
import select
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

import orjson

# A slow reader gets this much time, but rarely, because the whole event loop waits.
PATIENCE_MS = 100
SECONDS_BETWEEN_WAITS = 10
# A pipe that has room accepts this much at once, without blocking.
ATOMIC_BYTES = 512 if sys.platform == "win32" else select.PIPE_BUF


class Stdout(io.BufferedWriter):
    """Write each line at once, whole and in order. Drop and count lines while the reader leaves no room for them."""

    def __init__(self, descriptor: int = 1) -> None:
        super().__init__(io.FileIO(descriptor, "w", closefd=False))
        self.descriptor = descriptor
        self.has_room = poll_of(descriptor)
        self.lock = Lock()
        self.dropped = 0
        self.unfinished = b""
        self.next_wait = 0.0

    def write(self, line: bytes, /) -> int:  # type: ignore[override]  # log lines are bytes
        with self.lock:
            if self.unfinished or self.dropped or len(line) > ATOMIC_BYTES or not self.has_room(0):
                self.write_or_drop(line)
            else:
                put(self.descriptor, line)
        return len(line)

    def write_or_drop(self, line: bytes) -> None:
        self.unfinished = self.put_pieces(self.unfinished)
        if self.unfinished:
            self.dropped += line.count(b"\n")
        else:
            self.unfinished = self.put_pieces(self.notice() + line if self.dropped else line)

    def put_pieces(self, data: bytes) -> bytes:
        """Write as much as there is room for, and return the rest."""
        while data and (self.has_room(0) or self.has_room_soon()):
            data = data[put(self.descriptor, data[:ATOMIC_BYTES]) :]
        return data

    def has_room_soon(self) -> bool:
        if time.monotonic() < self.next_wait:
            return False
        has_room = bool(self.has_room(PATIENCE_MS))
        self.next_wait = time.monotonic() + SECONDS_BETWEEN_WAITS
        return has_room

    def notice(self) -> bytes:
        event = {"event": "log lines dropped", "dropped": self.dropped, "level": "warning", "logger": __name__}
        self.dropped = 0
        options = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps({**event, "timestamp": datetime.now(UTC)}, option=options)


def put(descriptor: int, data: bytes) -> int:
    try:
        return os.write(descriptor, data)
    except OSError:  # the reader is gone or the disk is full, which must not fail a request
        return len(data)


def poll_of(descriptor: int) -> Callable[[int], object]:
    """Return a function that waits up to the given milliseconds for room, and returns whether there is any."""
    if sys.platform == "win32":  # no poll() there
        return lambda _milliseconds: True
    pipe = select.poll()
    pipe.register(descriptor, select.POLLOUT)
    return pipe.poll
