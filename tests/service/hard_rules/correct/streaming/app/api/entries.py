"""The ledger as a download that never stands in memory as a whole."""

import csv
import io
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from app.deps import SessionFactoryDep
from app.models import Entry

router = APIRouter(prefix="/entries", tags=["entries"])


class CsvResponse(StreamingResponse):
    media_type = "text/csv"


def to_csv(*row: object) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(row)
    return line.getvalue()


@router.get(".csv", response_class=CsvResponse)
async def export_entries(session_factory: SessionFactoryDep) -> CsvResponse:
    async def lines() -> AsyncIterator[str]:
        # A session of its own: that of a request has ended when the body is sent.
        async with session_factory() as session:
            yield to_csv("id", "text", "cents")
            async for entry in await session.stream_scalars(select(Entry).order_by(Entry.id)):
                yield to_csv(entry.id, entry.text, entry.cents)

    return CsvResponse(lines())
