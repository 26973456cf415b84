# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Change, Edit, Insert
from service.hard_rules.mutation import Mutation, added, changed, handler
from service.hard_rules.rules import COMMITS as RULE

TEST = "tests/core/test_api.py"
DEPS = "app/deps.py"
HEADER = (
    "from typing import Annotated\n\nfrom fastapi import Depends\nfrom sqlalchemy.ext.asyncio import AsyncSession\n"
)


def in_handler(name: str, file: str, body: str, *, imports: str = "", at: str = "commit") -> Mutation:
    return added(
        RULE, name, f"app/api/{file}.py", handler(body, imports=imports, parameters="session: SessionDep"), at=at
    )


def depending(name: str, file: str, dependency: str, *, imports: str = "", at: str = "Depends") -> Mutation:
    text = handler(
        "await session.flush()", imports=HEADER + imports, parameters=f"session: Annotated[AsyncSession, {dependency}]"
    )
    return added(RULE, name, f"app/api/{file}.py", text, at=at)


MUTATIONS = [
    changed(
        RULE,
        "a commit in a probe",
        Insert("app/api/health.py", '            await connection.execute(text("SELECT 1"))\n', "            await session.commit()\n"),
        file="app/api/health.py",
        at=r"session\.commit",
    ),
    in_handler("session.commit", "co_plain", "await session.commit()"),
    in_handler("the method under another name", "co_alias", "save = session.commit\nawait save()", at="save ="),
    in_handler("of the synchronous session", "co_sync", "session.sync_session.commit()"),
    in_handler("inside run_sync", "co_run_sync", "await session.run_sync(lambda inner: inner.commit())"),
    in_handler("of the connection", "co_connection", "connection = await session.connection()\nawait connection.commit()"),
    in_handler("of the transaction", "co_transaction", "if transaction := session.get_transaction():\n    await transaction.commit()"),
    in_handler("in SQL", "co_sql", 'await session.execute(text("COMMIT"))', imports="from sqlalchemy import text", at="COMMIT"),
    added(
        RULE,
        "a helper that commits",
        "app/services/co_helper.py",
        "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def save(session: AsyncSession, row: object) -> None:\n    session.add(row)\n    await session.commit()\n",
        at=r"session\.commit",
    ),
    changed(RULE, "SessionDep without its scope", Change(DEPS, ', scope="function"', ""), file=DEPS, at="SessionDep ="),
    depending("Depends(get_session)", "co_depends", "Depends(get_session)", imports="from app.deps import get_session\n"),
    depending("with the scope of a request", "co_request", 'Depends(get_session, scope="request")', imports="from app.deps import get_session\n"),
    depending("by way of its module", "co_module", "Depends(deps.get_session)", imports="from app import deps\n"),
    depending("under another name", "co_renamed", "Depends(database)", imports="from app.deps import get_session as database\n", at="database"),
    depending("as a keyword", "co_keyword", "Depends(dependency=get_session)", imports="from app.deps import get_session\n"),
    changed(
        RULE,
        "another dependency without the scope",
        Insert(
            DEPS,
            'SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]\n',
            "\n\nasync def get_reader(request: Request) -> AsyncIterator[AsyncSession]:\n"
            '    state: State = request.scope["state"]\n'
            '    async with state["session_factory"].begin() as session:\n        yield session\n\n\n'
            "ReaderDep = Annotated[AsyncSession, Depends(get_reader)]\n",
        ),
        Insert("app/api/health.py", "from app.deps import SessionDep", ", ReaderDep"),
        Change("app/api/health.py", "async def readiness(request: Request, session: SessionDep)", "async def readiness(request: Request, session: ReaderDep)"),
        file="app/api/health.py",
        by=TEST,
    ),
    Mutation(
        RULE,
        Edit(
            "Depends under another name",
            (
                Insert("app/api/__init__.py", "from fastapi import APIRouter\n", "from app.api import co_needs\n"),
                Insert("app/api/__init__.py", "routers: list[APIRouter] = [", "co_needs.router, "),
            ),
            {
                "app/api/co_needs.py": handler(
                    "await session.flush()",
                    imports=HEADER + "from fastapi import Depends as Needs\nfrom app.deps import get_session\n",
                    parameters="session: Annotated[AsyncSession, Needs(get_session)]",
                )
            },
        ),
        "app/api/co_needs.py",
        "",
        TEST,
    ),
]  # fmt: skip
