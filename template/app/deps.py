"""What handlers ask for: a database session, an authenticated caller."""

import asyncio
from collections.abc import AsyncIterator
from hmac import compare_digest
from typing import Annotated, TypedDict

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.errors import UnauthorizedError


class State(TypedDict):
    """What the lifespan hands to every request, as ``request.state``."""

    api_keys: tuple[bytes, ...]
    draining: asyncio.Event
    session_factory: async_sessionmaker[AsyncSession]


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction for one request: committed when the handler returns, rolled back when it raises."""
    session_factory: async_sessionmaker[AsyncSession] = request.state.session_factory
    async with session_factory.begin() as session:
        yield session


# Function scope commits before the response is sent: a commit that fails is an error, never a 201.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]

api_key_header = APIKeyHeader(name="X-API-Key", auto_error=False)


async def require_api_key(request: Request, key: Annotated[str | None, Security(api_key_header)]) -> None:
    # Starlette decodes headers as Latin-1; compare_digest takes non-ASCII only as bytes.
    given = (key or "").encode("latin-1")
    # No early exit, so that the time taken does not tell which key came close.
    known_keys: tuple[bytes, ...] = request.state.api_keys
    matches = [compare_digest(given, known) for known in known_keys]
    if not any(matches):
        raise UnauthorizedError("A valid X-API-Key header is required")
