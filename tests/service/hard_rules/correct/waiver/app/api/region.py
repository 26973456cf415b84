import os

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.schemas.region import Region

# Changes while the process runs, when the platform moves the machine.
REGION = os.environ.get("FLY_REGION", "local")  # noqa: TID251  # given by the platform to each machine: no setting

router = APIRouter(prefix="/region", tags=["region"])


@router.get("", response_model=Region)
async def read_region() -> Region:
    return Region(name=REGION)


@router.get("/locks", response_model=int)
async def count_locks(request: Request) -> int:
    # ast-grep-ignore: session-factory  # has to see the locks from outside of any transaction of a request
    factory = request.state.session_factory
    session: AsyncSession
    async with factory() as session:
        return int(await session.scalar(text("SELECT count(*) FROM pg_locks")) or 0)
