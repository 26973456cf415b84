"""A small resource that only the tests mount. It exercises what every resource of this service relies on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from socket import gaierror
from typing import Any, cast

import structlog
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, MetaData, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import ReadSession
from app.deps import ReadSessionDep, SessionDep
from app.errors import ConflictError, NotFoundError, problem_responses
from app.models.base import Base as AppBase

logger = structlog.get_logger(__name__)


class Base(AppBase):
    """Uses its own metadata, so that these tables don't count as drift from the migrations."""

    __abstract__ = True
    metadata = MetaData(naming_convention=AppBase.metadata.naming_convention)


class Part(Base):
    __tablename__ = "parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Postgres checks it only at COMMIT.
    widget_id: Mapped[int] = mapped_column(ForeignKey("widgets.id", deferrable=True, initially="DEFERRED"))


class Widget(Base):
    __tablename__ = "widgets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    parts: Mapped[list[Part]] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # the form that SQLAlchemy knows


class WidgetCreate(BaseModel):
    name: str = Field(min_length=1, max_length=50)


class WidgetRead(WidgetCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int


class PartCreate(BaseModel):
    widget_id: int


BAD_SQL = {
    "null": "INSERT INTO parts DEFAULT VALUES",
    "division": "SELECT 1 / 0",
    "terminate": "SELECT pg_terminate_backend(pg_backend_pid())",
    "serialization": "DO 'BEGIN RAISE serialization_failure; END'",
    "deadlock": "DO 'BEGIN RAISE deadlock_detected; END'",
    "lock": "DO 'BEGIN RAISE lock_not_available; END'",
    "slow": "DO 'BEGIN RAISE query_canceled; END'",
    "changing": "TABLE changing",
}


async def begin_and_store(session: AsyncSession) -> None:
    async with session.begin():
        session.add(Widget(name="nut"))


async def store_on_the_connection(session: AsyncSession) -> None:
    connection = await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
    await connection.execute(text("DELETE FROM widgets"))


async def add_and_commit(session: AsyncSession) -> None:
    session.add(Widget(name="nut"))
    await session.commit()


async def change_in_bulk(session: AsyncSession) -> None:
    await session.execute(update(Widget), [{"id": 1, "name": "nut"}])


# mypy rejects this for a ReadSessionDep.
WAYS_TO_STORE: dict[str, Callable[[AsyncSession], Awaitable[Any]]] = {
    "update": lambda session: session.execute(update(Widget).values(name="nut")),
    "insert": lambda session: session.execute(insert(Widget).values(name="nut", version=1)),
    "text": lambda session: session.execute(text("DELETE FROM widgets")),
    "with": lambda session: session.execute(text("WITH gone AS (DELETE FROM widgets RETURNING id) SELECT * FROM gone")),
    "function": lambda session: session.execute(text("SELECT nextval('widgets_id_seq')")),
    "run_sync": lambda session: session.run_sync(
        lambda sync: sync.execute(insert(Widget).values(name="nut", version=1))
    ),
    "bulk": lambda session: session.run_sync(lambda sync: sync.bulk_insert_mappings(Widget, [{"name": "nut"}])),
    "many": change_in_bulk,
    "begin": begin_and_store,
    "connection": store_on_the_connection,
    "commit": add_and_commit,
}

router = APIRouter(prefix="/widgets", tags=["sample"])


@router.post("", response_model=WidgetRead, status_code=201, responses=problem_responses(HTTPStatus.CONFLICT))
async def create_widget(body: WidgetCreate, session: SessionDep) -> Widget:
    widget = Widget(name=body.name)
    session.add(widget)
    await session.flush()
    logger.info("widget created", widget_id=widget.id)
    return widget


class CsvResponse(StreamingResponse):
    media_type = "text/csv"


@router.get(".csv", response_class=CsvResponse)
async def export_widgets(request: Request) -> CsvResponse:
    async def lines() -> AsyncIterator[str]:
        async with request.state.session_factory() as session:
            async for name in await session.stream_scalars(select(Widget.name).order_by(Widget.id)):
                yield f"{name}\n"

    return CsvResponse(lines())


async def too_late(session: ReadSession) -> AsyncIterator[str]:
    yield str(await session.scalar(select(Widget.name)))


@router.get("/late.csv", response_class=CsvResponse)
async def export_too_late(session: SessionDep) -> CsvResponse:
    return CsvResponse(too_late(session))


@router.get("/late-read.csv", response_class=CsvResponse)
async def export_read_too_late(session: ReadSessionDep) -> CsvResponse:
    return CsvResponse(too_late(session))


@router.get("/{widget_id}", response_model=WidgetRead, responses=problem_responses(HTTPStatus.NOT_FOUND))
async def read_widget(widget_id: int, session: ReadSessionDep) -> Widget:
    if widget := await session.get(Widget, widget_id):
        return widget
    raise NotFoundError("There is no such widget")


@router.get("/{widget_id}/renamed/{name}", response_model=WidgetRead)
async def write_while_reading(widget_id: int, name: str, session: ReadSessionDep) -> Widget:
    widget = await session.get_one(Widget, widget_id)
    widget.name = name
    return widget


@router.get("/{widget_id}/by/{way}", response_model=WidgetRead)
async def store_while_reading(widget_id: int, way: str, session: ReadSessionDep) -> Widget:
    await WAYS_TO_STORE[way](cast("AsyncSession", session))
    return await session.get_one(Widget, widget_id)


@router.post("/parts", response_model=PartCreate, status_code=201)
async def create_part(body: PartCreate, session: SessionDep) -> PartCreate:
    session.add(Part(widget_id=body.widget_id))
    return body


@router.post("/{name}/then-refuse", response_model=WidgetRead)
async def create_then_refuse(name: str, session: SessionDep) -> Widget:
    session.add(Widget(name=name))
    await session.flush()
    raise HTTPException(400, "Refused")


@router.post("/{name}/then-conflict", response_model=WidgetRead)
async def create_then_conflict(name: str, session: SessionDep) -> Widget:
    session.add(Widget(name=name))
    await session.flush()
    raise ConflictError("Not now")


@router.post("/{name}/then-crash", response_model=WidgetRead)
async def create_then_crash(name: str, session: SessionDep) -> Widget:
    session.add(Widget(name=name))
    await session.flush()
    raise RuntimeError("a secret of the inside")


@router.post("/sql/{sql}", response_model=WidgetCreate)
async def run_bad_sql(sql: str, session: SessionDep) -> WidgetCreate:
    await session.execute(text(BAD_SQL[sql]))
    return WidgetCreate(name="never")


@router.post("/upstream/{error}", response_model=WidgetCreate)
async def call_upstream(error: str) -> WidgetCreate:
    raise {"refused": ConnectionRefusedError, "slow": TimeoutError, "unknown": gaierror}[error]


@router.put("/{widget_id}/race", response_model=WidgetRead)
async def lose_a_race(widget_id: int, session: SessionDep) -> Widget:
    """Change a widget that another transaction changes between our read and our write."""
    widget = await session.get_one(Widget, widget_id)
    await session.execute(
        update(Widget).values(version=Widget.version + 1).execution_options(synchronize_session=False)
    )
    widget.name = "ours"
    return widget


@router.get("/{widget_id}/parts", response_model=list[PartCreate])
async def load_lazily(widget_id: int, session: SessionDep) -> list[Part]:
    return (await session.get_one(Widget, widget_id)).parts


@router.get("/sleep/{seconds}", response_model=WidgetCreate)
async def sleep(seconds: float) -> WidgetCreate:
    logger.info("sleeping")
    await asyncio.sleep(seconds)
    return WidgetCreate(name="rested")
