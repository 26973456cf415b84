"""The development loop of a service: its terminal, its debugger, and a migration that is missing."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from service.conftest import Service, environment
from support.running import EXECUTE, KEY, Server, free_port, is_up, serving

COLOR = re.compile(r"\x1b\[[\d;]*m")
APP = "from app import api\nfrom tests import sample\napi.routers.append(sample.router)\nfrom app.main import app\n"
MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision = "one"
down_revision = None
def upgrade(): op.create_table("changing", sa.Column("id", sa.Integer, primary_key=True))
def downgrade(): op.drop_table("changing")
"""


@pytest.fixture(scope="module")
def service(billing: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A copy of a service that mounts the resource of its tests; it shares the virtual environment."""
    directory = tmp_path_factory.mktemp("development") / "service"
    shutil.copytree(billing.path, directory, ignore=shutil.ignore_patterns(".git", ".venv"))
    (directory / ".venv").symlink_to(billing.path / ".venv")
    (directory / "app" / "live.py").write_text(APP)
    return replace(billing, path=directory)


@pytest.fixture(scope="module")
def variables(billing: Service, postgres: str) -> dict[str, str]:
    """Where an empty database is."""
    created = billing.run("python", "-c", EXECUTE, postgres, "CREATE DATABASE development")
    assert created.returncode == 0, created.stderr
    return {
        "DATABASE_URL": postgres.replace("/postgres?", "/development?"),
        "API_KEY": KEY,
        "ENVIRONMENT": "development",
    }


@contextmanager
def in_terminal(service: Service, log: Path, command: list[str], **environ: str) -> Iterator[Server]:
    """Run a command of a service in a terminal; what the terminal shows goes to `log`."""
    master, slave = pty.openpty()
    port = free_port()
    program, *arguments = command
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [service.path / ".venv" / "bin" / program, *arguments, "--port", str(port)],
            cwd=service.path,
            env={**environment(), **environ},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        os.close(slave)
        copying = threading.Thread(target=_copy, args=(master, output.fileno()))
        copying.start()
        server = Server(process, f"http://127.0.0.1:{port}", log)
        try:
            server.wait_for(lambda: is_up(server))
            yield server
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            copying.join()
            os.close(master)


def _copy(master: int, output: int) -> None:
    with suppress(OSError):  # Linux' end of a terminal
        while read := os.read(master, 65_536):
            os.write(output, read)


def shown(server: Server, *words: str) -> str:
    """Wait until a terminal shows all words, and return what it shows without colours."""

    def text() -> str:
        return COLOR.sub("", server.log.read_text(encoding="utf-8"))

    server.wait_for(lambda: all(word in text() for word in words))
    return text()


def post(server: Server, path: str) -> tuple[int, str]:
    """Make a request with a key and no body; return the status and the detail of the problem."""
    request = urllib.request.Request(server.url + path, headers={"X-API-Key": KEY}, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
            return response.status, ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error).get("detail", "")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["uvicorn", "app.live:app", "--reload", "--reload-dir", "app"], id="uvicorn"),
        pytest.param(["fastapi", "dev", "--entrypoint", "app.live:app"], id="fastapi dev"),
    ],
)
def test_terminal(service: Service, variables: dict[str, str], tmp_path: Path, command: list[str]) -> None:
    with in_terminal(service, tmp_path / "log", command, DOCS_ENABLED="true", **variables) as server:
        status, detail = post(server, "/widgets/upstream/refused")
        lines = shown(server, "Started reloader process", "/docs", "Application startup complete", "status=500")

    assert (status, detail.endswith("in call_upstream: ConnectionRefusedError")) == (500, True)
    assert "using WatchFiles" in lines
    assert f"running on {server.url}" in lines
    assert "ConnectionRefusedError" in lines
    assert not [line for line in lines.splitlines() if line.startswith("{")]
    traceback = lines[lines.index("Traceback") :]
    assert "site-packages" not in traceback
    assert 'tests/sample.py", line' in traceback


def test_piped(service: Service, variables: dict[str, str], tmp_path: Path) -> None:
    with serving(service, tmp_path / "log", "app.live:app", **variables) as server:
        assert post(server, "/widgets/upstream/refused")[0] == 500
        server.wait_for(lambda: any(line.get("status") == 500 for line in server.lines()))

    (crash,) = [line for line in server.lines() if "exception" in line]
    assert "site-packages/fastapi" in str(crash["exception"])


def test_migration_while_serving(service: Service, variables: dict[str, str], tmp_path: Path) -> None:
    """Each answer names the next command, and after the last one the service goes on without a restart."""
    migration = service.path / "alembic" / "versions" / "one.py"
    with serving(service, tmp_path / "log", "app.live:app", **variables) as server:
        none = post(server, "/widgets/sql/changing")
        migration.write_text(MIGRATION)
        pending = post(server, "/widgets/sql/changing")
        migrated = service.run("alembic", "upgrade", "head", **variables)
        after = post(server, "/widgets/sql/changing")

    assert none[0] == 500
    assert "scripts/makemigration.py" in none[1]
    assert (pending[0], pending[1].partition(" Run: ")[2]) == (503, "alembic upgrade head")
    assert migrated.returncode == 0, migrated.stderr
    assert after[0] == 200


def test_launch_configurations(service: Service) -> None:
    """Each program and its arguments, as VS Code runs them: for one test, and for all of a file."""
    launch = json.loads((service.path / ".vscode" / "launch.json").read_text(encoding="utf-8"))
    serve, test = launch["configurations"]
    outcomes = []
    for selected in ("test_live", ""):
        names = {"${file}": str(service.path / "tests" / "core" / "test_health.py"), "${selectedText}": selected}
        outcomes.append(service.test(*(names.get(argument, argument) for argument in test["args"])).stdout)

    assert (serve["module"], " ".join(serve["args"])) == ("uvicorn", "app.main:app --reload --reload-dir app")
    assert test["module"] == "pytest"
    passed = [re.findall(r"(\d+) passed", outcome) for outcome in outcomes]
    assert 0 < int(passed[0][0]) < int(passed[1][0])
