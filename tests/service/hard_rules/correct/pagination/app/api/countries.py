from fastapi import APIRouter

from app.deps import RangeDep
from app.schemas.country import Country

COUNTRIES = [Country(code=code) for code in ("AT", "BE", "DE", "FR", "NL")]

router = APIRouter(prefix="/countries", tags=["countries"])


@router.get("", response_model=list[Country])
async def list_countries(wanted: RangeDep) -> list[Country]:
    return COUNTRIES[wanted.start : wanted.stop]
