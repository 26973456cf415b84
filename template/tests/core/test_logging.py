import json
import logging
import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import text
from structlog.contextvars import bound_contextvars

from app.core.logging import configure_logging
from app.db import create_engine
from app.settings import Settings, parse_database_url

SETTINGS = Settings(database_url=parse_database_url("postgresql://db/app"), api_key=SecretStr("sixteen-characters"))


@pytest.mark.parametrize("style", ["structlog", "standard library"])
def test_one_format(capfd: pytest.CaptureFixture[str], style: str) -> None:
    configure_logging(SETTINGS)
    logger = structlog.get_logger("some.module") if style == "structlog" else logging.getLogger("some.module")

    with bound_contextvars(request_id="the-request"):
        logger.debug("too detailed")
        logger.warning("attention")

    line = json.loads(capfd.readouterr().out)
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo
    assert line == {"event": "attention", "level": "warning", "logger": "some.module", "request_id": "the-request"}


def test_exceptions(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(SETTINGS)

    try:
        int("wrong")
    except ValueError:
        structlog.get_logger("some.module").exception("failed")

    assert "ValueError: invalid literal" in json.loads(capfd.readouterr().out)["exception"]


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


CYCLE: dict[str, object] = {"name": "bolt"}
CYCLE["itself"] = [CYCLE, CYCLE]
DEEP: list[object] = []
for _ in range(10_000):
    DEEP = [DEEP]


ODD_VALUES = [
    pytest.param("\ud800", id="lone surrogate"),
    pytest.param({"\ud800": 1}, id="lone surrogate as a key"),
    pytest.param(2**70, id="large integer"),
    pytest.param(10**5000, id="integer that Python does not print"),
    pytest.param(float("nan"), id="not a number"),
    pytest.param({1: "a", None: "b", 2.5: "c"}, id="keys that are not text"),
    pytest.param({("a", 1): "b"}, id="tuple as a key"),
    pytest.param({b"\xff": b"\xff"}, id="bytes"),
    pytest.param({Unspeakable(): [Unspeakable()]}, id="repr that raises"),
    pytest.param(Unspeakable, id="class"),
    pytest.param({2}, id="set"),
    pytest.param(CYCLE, id="cycle"),
    pytest.param(DEEP, id="deep"),
    pytest.param({("a", 1): [datetime.now(UTC), UUID(int=1), Decimal("1.10")]}, id="scalars beside a bad key"),
]


@pytest.mark.parametrize("value", ODD_VALUES)
@pytest.mark.parametrize("style", ["structlog", "standard library"])
def test_no_value_breaks_a_line(capfd: pytest.CaptureFixture[str], style: str, value: object) -> None:
    configure_logging(SETTINGS)

    if style == "structlog":
        structlog.get_logger("some.module").info("odd", value=value)
    else:
        logging.getLogger("some.module").info("odd", extra={"value": value})

    line = json.loads(capfd.readouterr().out)
    assert line["event"] == "odd"
    assert datetime.fromisoformat(line["timestamp"]).tzinfo
    assert "value" in line


def test_what_is_left_of_a_value(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(SETTINGS)

    structlog.get_logger("some.module").info(
        "odd", value=[CYCLE, ("a", Unspeakable()), datetime(2026, 1, 1, tzinfo=UTC)]
    )

    cycle, pair, moment = json.loads(capfd.readouterr().out)["value"]
    assert cycle["name"] == "bolt"
    assert pair == ["a", "<Unspeakable>"]
    assert moment == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("log_sql", [True, False])
async def test_sql(settings: Settings, capfd: pytest.CaptureFixture[str], log_sql: bool) -> None:
    """One setting logs SQL, without parameter values. The pool logs nothing."""
    configure_logging(settings.model_copy(update={"log_sql": log_sql}))
    engine = create_engine(settings.database_url, pool_size=1, application_name="test")
    async with engine.connect() as connection:
        await connection.execute(text("SELECT :value AS shown"), {"value": "a-secret"})
    await engine.dispose()

    printed = capfd.readouterr().out
    assert ("AS shown" in printed) is log_sql
    assert "a-secret" not in printed
    assert not re.search("hidden|autocommit|rollback", printed)
    assert "Pool" not in printed
