"""What handlers ask for: a database session, an authenticated caller."""

import asyncio
from collections.abc import AsyncIterator
from hmac import compare_digest
from typing import Annotated, TypedDict

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.requests import HTTPConnection

from app.db import ReadOnlySession, ReadSession
from app.errors import UnauthorizedError
from app.middleware import raw_header
from app.migrations import SchemaCheck


class State(TypedDict):
    """What the lifespan hands to every request."""

    api_keys: tuple[bytes, ...]
    draining: asyncio.Event
    read_session_factory: async_sessionmaker[ReadOnlySession]
    schema: SchemaCheck
    session_factory: async_sessionmaker[AsyncSession]


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction for one request: committed when the handler returns, rolled back when it raises."""
    state: State = request.scope["state"]
    async with state["session_factory"].begin() as session:
        yield session


# Function scope commits before the response is sent: a commit that fails is an error, never a 201.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def get_read_session(request: Request) -> AsyncIterator[ReadSession]:
    """For a handler that only reads: no transaction, and so a third of the round trips for a query."""
    state: State = request.scope["state"]
    async with state["read_session_factory"]() as session:
        yield session
        await session.flush()  # fails when the handler has changed something


ReadSessionDep = Annotated[ReadSession, Depends(get_read_session, scope="function")]


API_KEY_HEADER = "X-API-Key"
RAW_API_KEY_HEADER = API_KEY_HEADER.lower().encode()


class RequireApiKey(APIKeyHeader):
    """One dependency that both checks the key and declares it in the OpenAPI document."""

    async def __call__(self, request: HTTPConnection) -> None:
        given = raw_header(request.scope, RAW_API_KEY_HEADER)  # compare_digest takes non-ASCII only as bytes
        state: State = request.scope["state"]
        # No early exit, so that the time taken does not tell which key came close.
        if not any([compare_digest(given, known) for known in state["api_keys"]]):  # noqa: C419
            raise UnauthorizedError(f"A valid {API_KEY_HEADER} header is required")


require_api_key = RequireApiKey(name=API_KEY_HEADER)
