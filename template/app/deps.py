"""Dependencies of handlers: a database session, an authenticated caller."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, TypedDict

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.requests import HTTPConnection

from app.core.api_key import API_KEY_HEADER, REFUSAL, has_valid_key
from app.core.schema_check import SchemaCheck
from app.db import ReadOnlySession, ReadSession
from app.errors import UnauthorizedError


class State(TypedDict):
    """What the lifespan gives to every request."""

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


# Function scope commits before the response is sent, so that a failed commit is an error and never a 201.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def get_read_session(request: Request) -> AsyncIterator[ReadSession]:
    """A session for a handler that only reads: without a transaction, a query takes one round trip instead of three."""
    state: State = request.scope["state"]
    async with state["read_session_factory"]() as session:
        yield session
        await session.flush()  # raises if the handler changed something


ReadSessionDep = Annotated[ReadSession, Depends(get_read_session, scope="function")]


class RequireApiKey(APIKeyHeader):
    """One dependency that both checks the key and declares it in the OpenAPI document."""

    async def __call__(self, request: HTTPConnection) -> None:
        if not has_valid_key(request.scope):
            raise UnauthorizedError(REFUSAL)


require_api_key = RequireApiKey(name=API_KEY_HEADER)
