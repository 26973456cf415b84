"""Standard output for log lines, which never makes the service wait long for whoever reads them."""

import io
import os
import select
import time
from datetime import UTC, datetime
from threading import Lock

import orjson

# A reader that is merely late gets this much time, but only once in a while: it is the event loop that waits.
PATIENCE_MS = 100
SECONDS_BETWEEN_WAITS = 10


class Stdout(io.BufferedWriter):
    """Write each line at once, so that a crash loses none; while there is no room for a line, drop those after it.

    Lines stay whole and in order. How many were dropped is logged as soon as there is room again.
    """

    def __init__(self, descriptor: int = 1) -> None:
        super().__init__(io.FileIO(descriptor, "w", closefd=False))
        self.descriptor = descriptor
        self.dropped = 0
        self.lock = Lock()
        self.next_wait = 0.0
        pipe = select.poll()
        pipe.register(descriptor, select.POLLOUT)
        self.poll = pipe.poll
        self.unfinished = b""

    def write(self, line: bytes, /) -> int:  # type: ignore[override]  # nobody writes anything else
        with self.lock:
            if self.unfinished:
                self.unfinished = self.put(self.unfinished)
            if self.unfinished:
                self.dropped += 1
            else:
                self.unfinished = self.put(self.notice() + line if self.dropped else line)
        return len(line)

    def put(self, data: bytes) -> bytes:
        """Write as much as there is room for, and return the rest."""
        try:
            # If it polls writable, a pipe takes as much as PIPE_BUF bytes without making anybody wait.
            while data and (self.poll(0) or self.wait_for_room()):
                data = data[os.write(self.descriptor, data[: select.PIPE_BUF]) :]
        except OSError:  # nobody reads any more, or the disk is full: no reason to fail a request
            pass
        return data

    def wait_for_room(self) -> bool:
        if time.monotonic() < self.next_wait:
            return False
        has_room = bool(self.poll(PATIENCE_MS))
        self.next_wait = time.monotonic() + SECONDS_BETWEEN_WAITS
        return has_room

    def notice(self) -> bytes:
        event = {"event": "log lines dropped", "dropped": self.dropped, "level": "warning", "logger": __name__}
        self.dropped = 0
        return orjson.dumps(
            {**event, "timestamp": datetime.now(UTC)}, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
        )
