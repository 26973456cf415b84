from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deps import SessionDep
from app.models import Quote
from app.schemas.quote import QuoteRead

router = APIRouter(prefix="/quotes", tags=["quotes"])


async def next_number(session: AsyncSession) -> int:
    """Number without a gap; two at once are a conflict, since numbers are unique."""
    highest = await session.scalar(select(func.max(Quote.number)))
    return (highest or 0) + 1


@router.post("", response_model=QuoteRead, status_code=HTTPStatus.CREATED)
async def create_quote(session: SessionDep) -> Quote:
    quote = Quote(number=await next_number(session))
    session.add(quote)
    await session.flush()
    return quote
