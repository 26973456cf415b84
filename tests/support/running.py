"""A service as a process that answers."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from service.conftest import Service, environment

EXECUTE = """
import asyncio, asyncpg, sys
async def main(url, statement):
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()
asyncio.run(main(*sys.argv[1:]))
"""
KEY = "a-key-of-more-than-sixteen-characters"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Server:
    """A running service."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
                return _answer(response)
        except urllib.error.HTTPError as error:
            return _answer(error)

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            time.sleep(0.02)


def _answer(response: HTTPResponse | urllib.error.HTTPError) -> tuple[int, dict[str, str], bytes]:
    return response.status or 0, {name.lower(): value for name, value in response.headers.items()}, response.read()


@contextmanager
def serving(service: Service, log: Path, app: str, *options: str, **environ: str) -> Iterator[Server]:
    port = free_port()
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [service.path / ".venv" / "bin" / "uvicorn", app, "--port", str(port), *options],
            cwd=service.path,
            env={**environment(), **environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        server = Server(process, f"http://127.0.0.1:{port}", log)
        try:
            server.wait_for(lambda: is_up(server))
            yield server
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def is_up(server: Server) -> bool:
    try:
        return server.get("/healthz")[0] == 200
    except OSError:
        return False
