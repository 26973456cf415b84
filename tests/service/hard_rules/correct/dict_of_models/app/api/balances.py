from fastapi import APIRouter

from app.schemas.balance import Balance

router = APIRouter(prefix="/balances", tags=["balances"])


@router.get("", response_model=dict[str, Balance])
async def list_balances() -> dict[str, Balance]:
    return {"EUR": Balance(cents=100), "USD": Balance(cents=0)}
