from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.dialects.postgresql import insert

from app.deps import SessionDep
from app.models import Rate
from app.schemas.rate import RateValue

router = APIRouter(prefix="/rates", tags=["rates"])

type Currency = Annotated[str, Path(pattern="^[A-Z]{3}$")]


@router.put("/{currency}", response_model=RateValue)
async def set_rate(currency: Currency, body: RateValue, session: SessionDep) -> RateValue:
    statement = insert(Rate).values(currency=currency, value=body.value)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[Rate.currency], set_={"value": statement.excluded.value})
    )
    return body
