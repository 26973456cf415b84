from fastapi import APIRouter
from sqlalchemy import select

from app.deps import SessionDep
from app.models import Job
from app.schemas.job import JobRead

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.post("/take", response_model=JobRead | None)
async def take_job(session: SessionDep) -> Job | None:
    """Hand out the oldest job that nobody else is being handed right now."""
    query = select(Job).where(Job.taken.is_(False)).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    job = await session.scalar(query)
    if job:
        job.taken = True
    return job
