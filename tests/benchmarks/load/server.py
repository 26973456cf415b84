"""A service as production serves it, and what it takes of the machine."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load.made import Service

APPS = Path(__file__).with_name("apps.py")
HOST = "127.0.0.1"
START_SECONDS = 30


@dataclass
class Server:
    """A process that listens on a port of loopback."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU time, user and system, that it has taken so far: see clock_getcpuclockid(3)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def memory_mib(self) -> float:
        """Return its resident set."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def serve(service: Service, app: str, **environ: str) -> Iterator[Server]:
    """Serve an app of apps.py; its log goes through a pipe, as a container's does."""
    server = start(service, app, free_port(), **environ)
    try:
        wait_until_ready(server)
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def start(service: Service, app: str, port: int, **environ: str) -> Server:
    """Start an app of apps.py, and do not wait."""
    reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process = subprocess.Popen(
        service.command("python", APPS, app),
        cwd=service.path,
        env={**service.environ, "PORT": str(port), **environ},
        stdout=reader.stdin,
        stderr=subprocess.STDOUT,
    )
    assert reader.stdin
    reader.stdin.close()
    return Server(process, port)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until_ready(server: Server) -> None:
    """Wait until it accepts connections, which uvicorn does when the app has started."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.process.poll() is None, "the server ended"
        try:
            socket.create_connection((HOST, server.port)).close()
        except ConnectionRefusedError:
            time.sleep(0.005)
        else:
            return
    raise TimeoutError("the server does not listen")
