from fastapi import APIRouter

from app.schemas.shipment import Shipment

router = APIRouter(prefix="/shipments", tags=["shipments"])


@router.get("", response_model=list[Shipment])
async def list_shipments() -> list[Shipment]:
    return [Shipment(id=1)]
