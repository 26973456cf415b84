from fastapi import APIRouter
from sqlalchemy import text

from app.deps import ReadOnlySessionDep
from app.schemas.report import Report

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get("", response_model=Report)
async def read_report(session: ReadOnlySessionDep) -> Report:
    return Report(transaction_read_only=await session.scalar(text("SHOW transaction_read_only")))
