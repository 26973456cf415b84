"""What the routers of all resources do with a row."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.etag import IfMatch, etag, require_match
from app.db import ReadSession
from app.errors import NotFoundError, problem_responses
from app.models.base import Base

CONFLICT = problem_responses(HTTPStatus.CONFLICT)
NOT_FOUND = problem_responses(HTTPStatus.NOT_FOUND)
READ: dict[int | str, dict[str, Any]] = {**NOT_FOUND, 304: {"description": "If-None-Match names its ETag"}}
CHANGE = NOT_FOUND | CONFLICT | problem_responses(HTTPStatus.PRECONDITION_FAILED)


class Versioned(Protocol):
    version: int


async def find[Row: Versioned](model: type[Row], row_id: int, session: ReadSession, if_match: IfMatch = None) -> Row:
    """Return the row with this id.

    Raises:
        NotFoundError: There is none.
        HTTPException: It has changed since the caller read it.
    """
    row = await session.get(model, row_id)
    if row is None:
        raise NotFoundError(f"There is no {model.__name__} with this id")
    require_match(if_match, row.version)
    return row


async def create[Row: Versioned](
    model: type[Row],
    values: Mapping[str, object],
    session: AsyncSession,
    response: Response,
    references: Mapping[str, type[Base]] | None = None,
) -> Row:
    """Insert a row, and send its version as the ETag.

    One statement inserts the row and returns it as Postgres stored it. Listeners and validators of the model do not run:
    https://docs.sqlalchemy.org/en/21/orm/queryguide/dml.html

    Args:
        model: The model of the row.
        values: Its columns and their values.
        session: Commits when the handler returns.
        response: Gets the ETag.
        references: Columns that hold the id of another row, and its model.

    Raises:
        RequestValidationError: A row that is referred to does not exist.
    """
    await require_references(values, session, references)
    row = (await session.scalars(insert(model).returning(model), [dict(values)])).one()
    response.headers["ETag"] = etag(row.version)
    return row


async def save[Row: Versioned](
    row: Row,
    values: Mapping[str, object],
    session: AsyncSession,
    response: Response,
    references: Mapping[str, type[Base]] | None = None,
) -> Row:
    """Store a row with new values, and send its version as the ETag.

    Args:
        row: A new row, or one that was read in this session.
        values: Columns and their new values.
        session: Commits when the handler returns.
        response: Gets the ETag.
        references: Columns that hold the id of another row, and its model.

    Raises:
        RequestValidationError: A row that is referred to does not exist.
    """
    await require_references(values, session, references)
    for column, value in values.items():
        setattr(row, column, value)
    session.add(row)
    await session.flush()
    # Postgres sets the times, and rounds numbers.
    await session.refresh(row)
    response.headers["ETag"] = etag(row.version)
    return row


async def require_references(
    values: Mapping[str, object], session: AsyncSession, references: Mapping[str, type[Base]] | None
) -> None:
    for column, model in (references or {}).items():
        # The foreign key refuses it too, but as a conflict that does not name the field.
        if values.get(column) is not None and await session.get(model, values[column]) is None:
            raise RequestValidationError(
                [{"loc": ("body", column), "msg": f"There is no {model.__name__} with this id"}]
            )
