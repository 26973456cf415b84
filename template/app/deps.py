"""What handlers ask for: a database session. And who may ask at all: callers with an API key."""

import asyncio
from collections.abc import AsyncIterator
from hmac import compare_digest
from typing import Annotated, TypedDict

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


class State(TypedDict):
    """What the lifespan hands to every request."""

    api_keys: tuple[bytes, ...]
    draining: asyncio.Event
    session_factory: async_sessionmaker[AsyncSession]


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction for one request: committed when the handler returns, rolled back when it raises."""
    state: State = request.scope["state"]
    async with state["session_factory"].begin() as session:
        yield session


# Function scope commits before the response is sent: a commit that fails is an error, never a 201.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


API_KEY_HEADER = "X-API-Key"


def is_api_key(given: bytes, known: tuple[bytes, ...]) -> bool:
    """Tell whether a key is one of those known, in a time that does not tell which of them came close, or where.

    Bytes, because ``hmac.compare_digest`` refuses text that is not ASCII.
    """
    return any([compare_digest(given, key) for key in known])  # noqa: C419  # no early exit
