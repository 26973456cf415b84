from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy.orm import selectinload

from app.deps import SessionDep
from app.errors import NotFoundError, problem_responses
from app.models import Order
from app.schemas.order import OrderRead

router = APIRouter(prefix="/orders", tags=["orders"])


@router.get("/{order_id}", response_model=OrderRead, responses=problem_responses(HTTPStatus.NOT_FOUND))
async def read_order(order_id: int, session: SessionDep) -> Order:
    if order := await session.get(Order, order_id, options=[selectinload(Order.lines)]):
        return order
    raise NotFoundError("There is no such order")
