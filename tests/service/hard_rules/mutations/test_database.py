# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Insert
from service.hard_rules.mutation import Mutation, added, changed
from service.hard_rules.rules import TEST_DATABASE as RULE


def module(name: str, file: str, imports: str, body: str, *, at: str) -> Mutation:
    return added(RULE, name, f"tests/{file}.py", f"{imports}\n\n\n{body}\n", at=at)


MUTATIONS = [
    module("a mock of AsyncSession", "test_db_spec", "from unittest.mock import AsyncMock\n\nfrom sqlalchemy.ext.asyncio import AsyncSession", "async def test_wrong() -> None:\n    fake = AsyncMock(spec=AsyncSession)\n    await fake.flush()", at="AsyncMock"),
    module("a mock called session", "test_db_name", "from unittest.mock import MagicMock", "def test_wrong() -> None:\n    session = MagicMock()\n    session.flush()", at="MagicMock"),
    module("a mock in a fixture", "test_db_fixture", "from unittest.mock import AsyncMock\n\nimport pytest", "@pytest.fixture\ndef db_session() -> AsyncMock:\n    return AsyncMock()", at="AsyncMock|db_session"),
    module("mock under another name", "test_db_alias", "from unittest import mock as m\n\nfrom sqlalchemy.ext.asyncio import AsyncSession", 'async def test_wrong() -> None:\n    with m.patch.object(AsyncSession, "execute"):\n        pass', at="patch.object"),
    module("patch under another name", "test_db_replace", "from unittest.mock import patch as replace", 'async def test_wrong() -> None:\n    with replace("app.db.create_engine"):\n        pass', at="replace"),
    module("patch of app.db", "test_db_patch", "from unittest.mock import patch", '@patch("app.db.create_session_factory")\ndef test_wrong(factory: object) -> None:\n    assert factory', at="patch"),
    module("monkeypatch of get_session", "test_db_monkey", "import pytest", 'def test_wrong(monkeypatch: pytest.MonkeyPatch) -> None:\n    monkeypatch.setattr("app.deps.get_session", lambda: None)', at="setattr"),
    module("monkeypatch of a method", "test_db_method", "import pytest\nfrom sqlalchemy.ext.asyncio import AsyncSession", 'def test_wrong(monkeypatch: pytest.MonkeyPatch) -> None:\n    monkeypatch.setattr(AsyncSession, "commit", lambda _self: None)', at="setattr"),
    module("pytest-mock", "test_db_mocker", "from typing import Any", 'def test_wrong(mocker: Any) -> None:\n    mocker.patch("app.deps.get_session")', at="mocker.patch"),
    module("an override of get_session", "test_db_override", "from fastapi import FastAPI\n\nfrom app.deps import get_session", "def test_wrong(app: FastAPI) -> None:\n    app.dependency_overrides[get_session] = lambda: None", at="dependency_overrides"),
    module("an override in a dict", "test_db_overrides", "from fastapi import FastAPI\n\nfrom app import deps", "def test_wrong(app: FastAPI) -> None:\n    app.dependency_overrides = {deps.get_session: lambda: None}", at="dependency_overrides"),
    module("a fake written by hand", "fakes", "from typing import Any", "class FakeSession:\n    async def execute(self, statement: Any) -> list[Any]:\n        return []\n\n    async def commit(self) -> None:\n        pass", at="class FakeSession"),
    module("a fake in the state", "test_db_state", "from unittest.mock import MagicMock\n\nfrom fastapi import FastAPI\n\nfrom app.deps import State\nfrom tests.conftest import client_of", 'async def test_wrong(app: FastAPI, state: State) -> None:\n    async with client_of(app, {**state, "session_factory": MagicMock()}) as client:\n        await client.get("/healthz")', at="session_factory"),
    module("SQLite", "test_db_sqlite", "from sqlalchemy.ext.asyncio import create_async_engine", 'ENGINE = create_async_engine("sqlite+aiosqlite:///:memory:")', at="sqlite"),
    module("SQLite in a constant", "db_constants", "import os", 'URL = "sqlite+aiosqlite://"\nos.environ["TEST_DATABASE_URL"] = URL', at="sqlite"),
    module("SQLite of the standard library", "test_db_stdlib", "import sqlite3", 'def test_wrong() -> None:\n    sqlite3.connect(":memory:").close()', at="sqlite3"),
    changed(
        RULE,
        "SQLite in conftest",
        Insert("tests/conftest.py", "def pytest_configure(config: pytest.Config) -> None:\n", '    os.environ.setdefault("TEST_DATABASE_URL", "sqlite+aiosqlite://")\n'),
        file="tests/conftest.py",
        at="sqlite",
    ),
]  # fmt: skip
