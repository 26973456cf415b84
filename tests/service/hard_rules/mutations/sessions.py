# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Insert
from service.hard_rules.mutation import Mutation, added, changed, handler
from service.hard_rules.rules import SESSIONS as RULE

ENGINE = "request.app.state.engine"


def in_handler(name: str, file: str, imports: str, body: str, *, at: str, before: str = "") -> Mutation:
    text = handler(body, imports=imports, parameters="request: Request", before=before)
    return added(RULE, name, f"app/api/{file}.py", text, at=at)


MUTATIONS = [
    changed(
        RULE,
        "AsyncSession in the handler of a probe",
        Insert("app/api/health.py", "import text\n", "from sqlalchemy.ext.asyncio import AsyncSession\n"),
        Insert(
            "app/api/health.py",
            '        raise ServiceUnavailableError("Shutting down")\n',
            f"    mine = AsyncSession({ENGINE})\n    await mine.close()\n",
        ),
        file="app/api/health.py",
        at="mine = AsyncSession",
    ),
    in_handler("AsyncSession", "se_plain", "from sqlalchemy.ext.asyncio import AsyncSession", f"async with AsyncSession({ENGINE}) as session:\n    await session.flush()", at=r"with AsyncSession\("),
    in_handler("AsyncSession under another name", "se_alias", "from sqlalchemy.ext.asyncio import AsyncSession as S", f"session = S({ENGINE})\nawait session.close()", at=r"\bS\b"),
    in_handler("by way of its module", "se_module", "from sqlalchemy.ext import asyncio as sa", f"session = sa.AsyncSession({ENGINE})\nawait session.close()", at="sa"),
    in_handler("by way of the package", "se_package", "import sqlalchemy.ext.asyncio", f"session = sqlalchemy.ext.asyncio.AsyncSession({ENGINE})\nawait session.close()", at="AsyncSession"),
    in_handler("a factory of one's own", "se_maker", "from sqlalchemy.ext.asyncio import async_sessionmaker", "async with factory() as session:\n    await session.flush()", before="factory = async_sessionmaker()\n", at="async_sessionmaker"),
    in_handler("the class passed on", "se_value", "from functools import partial\n\nfrom sqlalchemy.ext.asyncio import AsyncSession", f"make = partial(AsyncSession, {ENGINE})\nawait make().close()", at="partial"),
    in_handler("a subclass", "se_subclass", "from sqlalchemy.ext.asyncio import AsyncSession", f"await Transaction({ENGINE}).close()", before="\n\nclass Transaction(AsyncSession):\n    pass\n", at="Transaction"),
    in_handler("a synchronous session", "se_sync", "from sqlalchemy.orm import Session", f"with Session({ENGINE}) as session:\n    session.flush()", at="Session"),
    in_handler("the factory of app.db", "se_factory", "from app.db import create_session_factory", f"async with create_session_factory({ENGINE})() as session:\n    await session.flush()", at="create_session_factory"),
    in_handler("the factory of the state", "se_state", "", "async with request.state.session_factory() as session:\n    await session.flush()", at="session_factory"),
    in_handler("the factory of the scope", "se_scope", "", 'async with request.scope["state"]["session_factory"].begin() as session:\n    await session.flush()', at="session_factory"),
    in_handler("a connection of the driver", "se_asyncpg", "import asyncpg", 'connection = await asyncpg.connect("postgresql://db/app")\nawait connection.close()', at="asyncpg"),
    added(
        RULE,
        "an engine in a module of its own",
        "app/services/se_cache.py",
        'from sqlalchemy.ext.asyncio import create_async_engine as connect\n\nENGINE = connect("postgresql+asyncpg://cache/app")\n',
        at="connect",
    ),
    added(
        RULE,
        "a helper that makes the session",
        "app/services/se_helper.py",
        "from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession\n\n\n"
        "def new_session(engine: AsyncEngine) -> AsyncSession:\n    return AsyncSession(engine, expire_on_commit=False)\n",
        at=r"return AsyncSession\(",
    ),
    added(
        RULE,
        "a dependency of its own",
        "app/api/se_dependency.py",
        "from collections.abc import AsyncIterator\n\nfrom fastapi import Request\nfrom sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
        "async def get_db(request: Request) -> AsyncIterator[AsyncSession]:\n"
        f"    async with AsyncSession({ENGINE}) as session:\n        yield session\n",
        at=r"with AsyncSession\(",
    ),
]  # fmt: skip
