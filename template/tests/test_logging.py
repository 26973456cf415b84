import json
import logging
from datetime import datetime

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from app.logging import configure_logging


@pytest.mark.parametrize("style", ["structlog", "standard library"])
def test_one_format(capfd: pytest.CaptureFixture[str], style: str) -> None:
    configure_logging("INFO")
    logger = structlog.get_logger("some.module") if style == "structlog" else logging.getLogger("some.module")

    with bound_contextvars(request_id="the-request"):
        logger.debug("too detailed")
        logger.warning("attention")

    line = json.loads(capfd.readouterr().out)
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo
    assert line == {"event": "attention", "level": "warning", "logger": "some.module", "request_id": "the-request"}


def test_exceptions(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")

    try:
        int("wrong")
    except ValueError:
        structlog.get_logger("some.module").exception("failed")

    assert "ValueError: invalid literal" in json.loads(capfd.readouterr().out)["exception"]


@pytest.mark.parametrize("value", ["\ud800", 2**70, {1: "a"}, {2}, object])
def test_no_value_breaks_a_line(capfd: pytest.CaptureFixture[str], value: object) -> None:
    configure_logging("INFO")

    structlog.get_logger("some.module").info("odd", value=value)

    assert json.loads(capfd.readouterr().out)["event"] == "odd"
