"""A service under its real server: started as its image starts it, its output read as JSON lines."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from faults.postgres import PASSWORD, Postgres, wait_until
from service.conftest import Service, environment
from support.running import free_port

KEY = "a-key-of-more-than-sixteen-characters"
HERE = Path(__file__).parent
# What an answer must not hold: it would tell how the service is built, where its database is, or how to get in.
CODE = ("Traceback", 'File "', "asyncpg", "sqlalchemy", "postgres", "SELECT ", "INSERT ")
INTERNALS = (*CODE, "127.0.0.1", PASSWORD, KEY)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]


class Server:
    """A running service and what it printed."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def request(
        self, method: str, path: str, body: Any = None, *, timeout: float = 30, key: str = KEY, **headers: str
    ) -> Answer:
        """Make one request on a connection of its own; `body` becomes JSON unless it is bytes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {"X-API-Key": key, "Content-Type": "application/json", "Connection": "close"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        return self.request("POST", path, body, **options)

    def start(self, method: str, path: str, body: Any = None, **options: Any) -> "Future[Answer]":
        """Begin a request whose answer is not waited for."""
        future: Future[Answer] = Future()

        def run() -> None:
            try:
                future.set_result(self.request(method, path, body, **options))
            except Exception as error:  # noqa: BLE001
                future.set_exception(error)

        Thread(target=run, daemon=True).start()
        return future

    def many(self, count: int, method: str, path: str, **options: Any) -> list[Answer]:
        """Make the same request so many times at once."""
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _number: self.request(method, path, **options), range(count)))

    def lines(self, request_id: str | None = None) -> list[dict[str, Any]]:
        """The JSON lines so far, or those of one request."""
        lines = [json.loads(line) for line in self.output().splitlines() if line.startswith("{")]
        return [line for line in lines if request_id is None or line.get("request_id") == request_id]

    def output(self) -> str:
        """Everything that it printed, the last line only if it is whole."""
        text = self.log.read_text(encoding="utf-8")
        return text[: text.rfind("\n") + 1]

    def answers(self, path: str, status: int) -> bool:
        """Tell whether a probe answers so."""
        try:
            return self.get(path, timeout=5).status == status
        except OSError:
            return False

    def wait_for(self, path: str, status: int, seconds: float = 15) -> None:
        wait_until(lambda: self.answers(path, status), f"{path} is {status}\n{self.output()}", seconds)

    def ended(self, seconds: float = 30) -> int:
        """Wait for its end and return the exit code, negative for a signal."""
        return self.process.wait(seconds)


def command_of_image(service: Service, module: str) -> list[str]:
    """CMD of the service's Dockerfile, with `module` in place of app."""
    dockerfile = (service.path / "Dockerfile").read_text(encoding="utf-8")
    command: list[str] = json.loads(dockerfile.rpartition("\nCMD ")[2])
    assert command[-2:] == ["-m", "app"]
    return [*command[:-1], module]


@contextmanager
def launched(
    service: Service,
    postgres: Postgres,
    log: Path,
    module: str = "faults.app",
    stdout: int | None = None,
    **environ: str,
) -> Iterator[Server]:
    """Start a service and do not wait until it answers; with `stdout`, a descriptor, it prints there, not in `log`."""
    port = free_port()
    variables = {
        **environment(),
        "DATABASE_URL": postgres.url(),
        "API_KEY": KEY,
        "DRAIN_SECONDS": "0.2",
        "ENVIRONMENT": "production",
        "PATH": f"{service.path / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(service.path), str(HERE.parent)]),
        **environ,
    }
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command_of_image(service, module),
            cwd=service.path,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=stdout or output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Server(process, port, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def running(service: Service, postgres: Postgres, log: Path, **options: Any) -> Iterator[Server]:
    """Start a service and wait until it is live."""
    with launched(service, postgres, log, **options) as server:
        server.wait_for("/healthz", 200)
        yield server


def assert_refused(server: Server, answer: Answer, status: int, *secrets: str) -> None:
    """A problem that says what is wrong and gives nothing away, with a log line of its request."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["request_id"] == answer.request_id
    if status == 503:
        assert int(answer.headers["retry-after"]) >= 1
    assert_nothing_leaked(answer, *secrets)
    assert access_line(server, answer.request_id)["status"] == status


def assert_nothing_leaked(answer: Answer, *secrets: str) -> None:
    text = answer.body.decode(errors="replace") + str(answer.headers)
    assert [word for word in (*INTERNALS, *secrets) if word.lower() in text.lower()] == []


def access_line(server: Server, request_id: str) -> dict[str, Any]:
    """The one line that tells of a request, which comes after its answer."""

    def lines() -> list[dict[str, Any]]:
        return [line for line in server.lines(request_id) if line["logger"] == "app.access"]

    wait_until(lines, f"a log line of {request_id}")
    (line,) = lines()
    return line


def cpu_seconds(server: Server) -> float:
    """How long the service has had a CPU, whatever else the machine does."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
