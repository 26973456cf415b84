import structlog
from fastapi import APIRouter
from structlog.contextvars import bind_contextvars, bound_contextvars

from app.schemas.refund import Refund

router = APIRouter(prefix="/refunds", tags=["refunds"])
logger = structlog.get_logger(__name__)


@router.post("/{payment_id}", response_model=Refund)
async def refund(payment_id: int, body: Refund) -> Refund:
    bind_contextvars(payment_id=payment_id)
    with bound_contextvars(step="refund"):
        logger.info("refunded", cents=body.cents)
    return body
