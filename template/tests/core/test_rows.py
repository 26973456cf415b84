from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import HTTPException, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.etag import Conditions, conditions, require_match
from app.core.rows import create, find, save
from app.errors import NotFoundError
from tests.sample import Widget


async def test_the_etag_is_the_version(session: AsyncSession) -> None:
    response = Response()
    widget = await create(Widget, {"name": "nut"}, session, response)
    assert response.headers["ETag"] == '"1"'

    await save(await find(Widget, widget.id, session), {"name": "bolt"}, session, response)
    assert (widget.name, response.headers["ETag"]) == ("bolt", '"2"')


async def test_save_accepts_a_new_row(session: AsyncSession) -> None:
    response = Response()
    widget = await save(Widget(), {"name": "nut"}, session, response)
    assert (await find(Widget, widget.id, session), response.headers["ETag"]) == (widget, '"1"')


@pytest.mark.parametrize("write", [partial(create, Widget), partial(save, Widget())])
async def test_a_missing_row_is_an_error_of_its_field(session: AsyncSession, write: Callable[..., Any]) -> None:
    with pytest.raises(RequestValidationError) as caught:
        await write({"id": 7}, session, Response(), {"id": Widget})
    assert caught.value.errors() == [{"loc": ("body", "id"), "msg": "There is no Widget with this id"}]


async def test_find_refuses_an_unknown_id_and_another_version(session: AsyncSession) -> None:
    with pytest.raises(NotFoundError):
        await find(Widget, 7, session)
    widget = await create(Widget, {"name": "nut"}, session, Response())
    with pytest.raises(HTTPException):
        await find(Widget, widget.id, session, await conditions(if_match='"2"'))


@pytest.mark.parametrize("tags", ['"2"', '"1", "2"', "*"])
def test_conditions(tags: str) -> None:
    require_match(None, 2)
    require_match(Conditions(if_match=tags, if_none_match=None), 2)
    with pytest.raises(HTTPException) as caught:
        require_match(Conditions(if_match=None, if_none_match=tags), 2)
    assert caught.value.status_code == HTTPStatus.PRECONDITION_FAILED
