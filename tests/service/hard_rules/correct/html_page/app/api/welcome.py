from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(prefix="/welcome", tags=["welcome"])


@router.get("", response_class=HTMLResponse, include_in_schema=False)
async def welcome() -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>Billing</title><p>See /docs.")
