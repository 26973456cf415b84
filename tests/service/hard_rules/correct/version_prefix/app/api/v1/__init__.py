"""What was promised to callers in version 1."""

from fastapi import APIRouter

from app.api.v1 import shipments

router = APIRouter(prefix="/v1")
router.include_router(shipments.router)
