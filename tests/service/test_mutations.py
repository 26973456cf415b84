"""The suite of a service fails when a promise of the service is broken: one small, wrong edit each.

The hard rules have their own, in hard_rules/.
"""
# ruff: noqa: E501  (a table is read line by line)

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from service.conftest import Service
from service.hard_rules.workspace import copy

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Mutation:
    """A wrong edit, and the test module of the service that has to notice it."""

    promise: str
    file: str
    right: str
    wrong: str
    noticed_by: str


MUTATIONS = [
    Mutation("commit before the response", "app/deps.py", ', scope="function"', "", "test_transactions.py"),
    Mutation("session scope is checked", "app/deps.py", ', scope="function"', "", "test_api.py"),
    Mutation(
        "rollback on error",
        "app/deps.py",
        '["session_factory"].begin() as session:\n        yield session',
        '["session_factory"]() as session:\n        try:\n            yield session\n'
        "        finally:\n            await session.commit()",
        "test_transactions.py",
    ),
    Mutation("request id on a 500", "app/core/middleware.py", "                await response(scope, receive, send_with_headers)\n            raise", "                await response(scope, receive, send)\n            raise", "test_request_id.py"),
    Mutation("bad request ids are replaced", "app/core/middleware.py", "{8,128}", "{0,999}", "test_request_id.py"),
    Mutation("one log format", "app/core/logging.py", "logging.root.handlers = [Handler()]", "", "test_logging.py"),
    Mutation("dropped lines are counted", "app/core/stdout.py", 'line.count(b"\\n")', "1", "test_stdout.py"),
    Mutation("no uvicorn access log", "app/core/logging.py", '("uvicorn.access", False)', '("uvicorn.access", True)', "test_server.py"),
    Mutation("drain on SIGTERM", "app/core/lifespan.py", "draining.set()", "pass", "test_server.py"),
    Mutation("the old handler runs", "app/core/lifespan.py", "seconds, stop_server,", "seconds, print,", "test_lifespan.py"),
    Mutation("postgres:// is understood", "app/core/database_url.py", '{"postgres", "postgresql"}', '{"postgresql"}', "test_settings.py"),
    Mutation("sslmode is understood", "app/core/database_url.py", 'given["ssl"] = given.pop("sslmode")', "pass", "test_settings.py"),
    Mutation("parsers are not quoted", "app/settings.py", 'item.get("ctx", {}).keys() <= LIMITS', "True", "test_settings.py"),
    Mutation("no value of a log line fails a request", "app/core/logging.py", "orjson.dumps(plain(event, set()), option=JSON_OPTIONS)", "orjson.dumps(event)", "test_logging.py"),
    Mutation("a session ends with its handler", "app/db.py", "        close_resets_only=False,\n", "", "test_transactions.py"),
    Mutation("a changed type is a 503", "app/errors.py", "None), OUTDATED)", "None), ())", "test_transactions.py"),
    Mutation("settings errors hide values", "app/settings.py", "hide_input_in_errors=True", "hide_input_in_errors=False", "test_settings.py"),
    Mutation("settings errors are readable", "app/settings.py", "except ValidationError as error:", "except KeyError as error:", "test_settings.py"),
    Mutation("several keys", "app/core/api_key.py", 'for known in state["api_keys"]]', 'for known in state["api_keys"][:1]]', "test_auth.py"),
    Mutation("keys are compared as bytes", "app/core/api_key.py", "compare_digest(given, known)", "compare_digest(given.decode(), known.decode())", "test_auth.py"),
    Mutation("resources need a key", "app/deps.py", "if not has_valid_key(", "if False and not has_valid_key(", "test_auth.py"),
    Mutation("the key comes before the body", "app/core/middleware.py", "and needs_key(scope)", "and False", "test_auth.py"),
    Mutation("a public route takes a body", "app/core/middleware.py", "and needs_key(scope)", "", "test_auth.py"),
    Mutation("headers are bounded in size", "app/core/protocol.py", "self.length_of_head() > MAX_HEAD_BYTES", "False", "test_protocol.py"),
    Mutation("headers are bounded in number", "app/core/protocol.py", " or len(self.headers) > MAX_HEADERS", "", "test_protocol.py"),
    Mutation("headers are bounded in time", "app/core/protocol.py", "self.refuse(TOO_SLOW)", "pass", "test_protocol.py"),
    Mutation("a 500 says that the connection is closed", "app/core/middleware.py", ', headers={"Connection": "close"})', ")", "test_headers.py"),
    Mutation("a known ETag is a 304", "app/core/middleware.py", "is_known = bool(etag)", "is_known = False", "test_headers.py"),
    Mutation("trailers are no headers", "app/core/protocol.py", "self.headers.copy()", "self.headers", "test_protocol.py"),
    Mutation("readiness asks the database", "app/api/health.py", 'connection = await session.connection()\n            await connection.execute(text("SELECT 1"))\n            await connection.run_sync(request.state.schema)', "pass", "test_health.py"),
    Mutation("readiness has a time limit", "app/api/health.py", "asyncio.timeout(READINESS_TIMEOUT_SECONDS)", "asyncio.timeout(None)", "test_health.py"),
    Mutation("liveness never asks it", "app/api/health.py", "async def liveness() -> Health:", "async def liveness(session: SessionDep) -> Health:\n    await session.connection()", "test_health.py"),
    Mutation("connections that Postgres closed are replaced", "app/db.py", "if connection.driver_connection.is_closed():", "if False:", "test_db.py"),
    Mutation("idle connections are asked", "app/db.py", "dialect.do_ping(connection)", "pass", "test_db.py"),
    Mutation("connections in use are not asked", "app/db.py", "PING_AFTER_IDLE_SECONDS = 5", "PING_AFTER_IDLE_SECONDS = -1", "test_db.py"),
    Mutation("connections are given in the order of asking", "app/db.py", "        poolclass=FairPool,\n", "", "test_db.py"),
    Mutation("a read takes one round trip", "app/db.py", '        isolation_level="AUTOCOMMIT",\n', "", "test_db.py"),
    Mutation("a write is a transaction", "app/db.py", 'event.listen(writing.sync_engine, "begin", begin_to_write)', "pass", "test_db.py"),
    Mutation("Postgres refuses a read session to store", "app/db.py", '"default_transaction_read_only": "on"', '"default_transaction_read_only": "off"', "test_db.py"),
    Mutation("a read session refuses to store", "app/deps.py", "await session.flush()", "pass", "test_db.py"),
    Mutation("a read session refuses to flush", "app/db.py", "if self.new or self.dirty or self.deleted:", "if self.new or self.deleted:", "test_db.py"),
    Mutation("a read session does not stream", "app/db.py", "async def stream(", "async def streams(", "test_db.py"),
    Mutation("the proxy hears of a drain", "fly.toml", 'interval = "2s"', 'interval = "5s"', "test_deployment.py"),
    Mutation("a lost update is a 409", "app/errors.py", "        StaleDataError: on_stale_data,\n", "", "test_transactions.py"),
    Mutation("constraints have names", "app/models/base.py", "MetaData(naming_convention=NAMING_CONVENTION)", "MetaData()", "test_models.py"),
    Mutation("migrations bound their waits", "alembic/env.py", 'text(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")', 'text("SELECT 1")', "test_migrations.py"),
    Mutation("bodies are limited", "app/core/middleware.py", "self.refuse_over(received)", "pass", "test_errors.py"),
    Mutation("errors give nothing away", "app/core/middleware.py", "problem_response(HTTPStatus.INTERNAL_SERVER_ERROR,", "problem_response(500, str(__import__('sys').exception()),", "test_errors.py"),
    Mutation("docs can be turned off", "app/main.py", " if settings.docs_enabled else None", "", "test_swagger_ui.py"),
    Mutation("Swagger UI can be turned off", "app/main.py", "if settings.docs_enabled:", "if True:", "test_swagger_ui.py"),
    Mutation("Swagger UI is no other host's", "app/core/swagger_ui.py", '        swagger_css_url=f"{ASSETS}/swagger-ui.css",\n', "", "test_swagger_ui.py"),
    Mutation("problems have examples", "app/errors.py", "example_of(status, response", "example_of('404', response", "test_errors.py"),
    Mutation("Sentry only with a DSN", "app/core/telemetry.py", "if settings.sentry_dsn:", "if False:", "test_api.py"),
]  # fmt: skip


@pytest.fixture(scope="module")
def mutable(billing: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A copy of the service that shares its virtual environment."""
    return copy(billing, tmp_path_factory.mktemp("mutable") / "service")


@pytest.fixture
def edit(mutable: Service) -> Iterator[object]:
    edited: dict[Path, str] = {}

    def edit(file: str, right: str, wrong: str) -> None:
        path = mutable.path / file
        edited[path] = path.read_text(encoding="utf-8")
        assert right in edited[path], f"the mutation of {file} no longer fits"
        path.write_text(edited[path].replace(right, wrong), encoding="utf-8")

    yield edit
    for path, content in edited.items():
        path.write_text(content, encoding="utf-8")


def test_nothing_is_noticed_before(mutable: Service, postgres: str) -> None:
    result = mutable.test(
        "-p", "no:cacheprovider", "tests/core/test_auth.py", "tests/core/test_settings.py", TEST_DATABASE_URL=postgres
    )

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.promise for mutation in MUTATIONS])
def test_noticed(mutation: Mutation, mutable: Service, edit: object, postgres: str) -> None:
    assert callable(edit)
    edit(mutation.file, mutation.right, mutation.wrong)
    result = mutable.test(
        "-x", "-p", "no:cacheprovider", f"tests/core/{mutation.noticed_by}", TEST_DATABASE_URL=postgres
    )

    assert result.returncode == 1, result.stdout
    assert "FAILED tests/" in result.stdout
