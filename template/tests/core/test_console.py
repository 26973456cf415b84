"""Logs are coloured text in a developer's terminal, and JSON everywhere else."""

import json
import logging
import os
import pty
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from io import StringIO
from subprocess import Popen
from typing import Any, get_args

import pytest
from httpx import ASGITransport, AsyncClient

from app.core.console import Console, write_traceback
from app.core.logging import STDOUT, configure_logging, to_terminal
from app.settings import Settings
from tests.conftest import ROOT
from tests.core.test_logging import ODD_VALUES, SETTINGS, Unspeakable

ENVIRONMENTS = get_args(Settings.model_fields["environment"].annotation)

LOG = """
import logging, structlog
from app.core.logging import configure_logging
from app.settings import Settings
configure_logging(Settings())
structlog.get_logger("some.module").warning("attention", path="/\\x1b[31m")
logging.getLogger("uvicorn.error").info("started\\n", extra={"color_message": "again"})
"""
COLOR = re.compile(r"\x1b\[[\d;]*m")


def test_in_a_terminal() -> None:
    reader, writer = pty.openpty()
    settings = {"DATABASE_URL": "postgresql://db/app", "API_KEY": "sixteen-characters", "ENVIRONMENT": "development"}
    environ = {**os.environ, **settings, "NO_COLOR": "", "PYTHONPATH": str(ROOT)}
    with Popen([sys.executable, "-c", LOG], cwd="/", env=environ, stdout=writer):
        os.close(writer)
        printed = b""
        with suppress(OSError):  # on Linux, the end of a terminal's output
            while read := os.read(reader, 1_000):
                printed += read
    os.close(reader)

    assert COLOR.search(printed.decode())
    first, second = COLOR.sub("", printed.decode()).splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d \[warning  \] attention +\[some.module\].* path='/\\x1b\[31m'.*", first)
    assert re.fullmatch(r"\d\d:\d\d:\d\d \[info     \] started +\[uvicorn.error\].*", second)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Log a line with these settings, to a terminal or a pipe, and return the output."""

    def log(*, terminal: bool, **values: Any) -> str:
        monkeypatch.setattr(STDOUT, "isatty", lambda: terminal)
        configure_logging(SETTINGS.model_copy(update=values))
        logging.getLogger("some.module").warning("attention")
        return capfd.readouterr().out

    return log


@pytest.mark.parametrize(("no_color", "colored"), [("", True), ("1", False)])
def test_colors(printed: Callable[..., str], no_color: str, colored: bool) -> None:
    line = printed(terminal=True, environment="development", no_color=no_color)

    assert ("\x1b" in line) is colored
    assert "[warning  ] attention" in COLOR.sub("", line)


@pytest.mark.parametrize(
    ("terminal", "environment"),
    [(False, "development"), *((True, environment) for environment in ENVIRONMENTS if environment != "development")],
)
def test_json_everywhere_else(printed: Callable[..., str], terminal: bool, environment: str) -> None:
    assert json.loads(printed(terminal=terminal, environment=environment))["event"] == "attention"


def render(**event: Any) -> str:
    return to_terminal(Console(colors=False))(None, "info", {"event": "odd", **event}).decode()


@pytest.mark.parametrize("value", ODD_VALUES)
def test_no_value_breaks_a_line(value: object) -> None:
    line = render(value=value, level="info")

    assert "[info     ] odd" in line
    assert "value=" in line


def test_values_are_those_of_json() -> None:
    line = render(request_id="the-request", path="/widgets", status=HTTPStatus.OK)

    assert line.endswith("odd                            path='/widgets' status=200 request_id='the-request'")


def test_a_value_breaks_no_traceback() -> None:
    try:
        int("wrong")
    except ValueError:
        line = render(value=Unspeakable(), exc_info=sys.exc_info())

    assert line.endswith("ValueError: invalid literal for int() with base 10: 'wrong'")


async def traceback_of(error: Exception) -> str:
    """Return the printed traceback of an error that was raised below FastAPI and Starlette."""

    async def fail(*_arguments: object) -> None:
        try:
            json.loads("{")
        except ValueError as cause:
            raise error from cause

    out = StringIO()
    async with AsyncClient(transport=ASGITransport(fail), base_url="http://test") as client:
        with pytest.raises(type(error)) as caught:
            await client.get("/")
    write_traceback(out, (caught.type, caught.value, caught.tb))
    return out.getvalue()


async def test_a_traceback_shows_the_code_of_this_repository() -> None:
    shown = await traceback_of(RuntimeError("a message"))

    assert "httpx" not in shown
    assert "raise error from cause" in shown
    assert 'json.loads("{")' in shown
    assert re.search(r'File ".*/json/decoder.py", line \d+, in ', shown), "the innermost frame, where it was raised"
    assert shown.count("json/") == 1
    assert shown.startswith("\nTraceback (most recent call last):\n")
    assert shown.endswith("\nRuntimeError: a message")


async def test_a_traceback_of_a_group() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("[")
    shown = await traceback_of(ExceptionGroup("both", [caught.value, OSError("two")]))

    assert "httpx" not in shown
    assert shown.count("json/") == 2, "the innermost frame of the cause, and that of the member"
    assert "OSError: two" in shown
