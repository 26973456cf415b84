"""The terms of business, as the file that legal hands over."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

TERMS = Path(__file__).parents[1] / "static" / "terms.txt"

router = APIRouter(prefix="/terms", tags=["terms"])


@router.get("", response_class=FileResponse)
async def download_terms() -> FileResponse:
    return FileResponse(TERMS, filename="terms.txt")
