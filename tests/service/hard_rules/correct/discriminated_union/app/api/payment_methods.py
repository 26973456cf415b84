from fastapi import APIRouter

from app.schemas.payment_method import PaymentMethod

router = APIRouter(prefix="/payment-methods", tags=["payment methods"])


@router.post("/check", response_model=PaymentMethod)
async def check_payment_method(body: PaymentMethod) -> PaymentMethod:
    return body
