from typing import Literal

from fastapi import APIRouter

router = APIRouter(prefix="/maintenance", tags=["maintenance"])


@router.get("", response_model=Literal["on", "off"])
async def read_maintenance() -> Literal["on", "off"]:
    return "off"
