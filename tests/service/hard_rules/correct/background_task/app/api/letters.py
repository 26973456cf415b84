from http import HTTPStatus

import structlog
from fastapi import APIRouter, BackgroundTasks
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.deps import SessionFactoryDep
from app.models import Delivery
from app.schemas.letter import LetterAccepted, LetterCreate

router = APIRouter(prefix="/letters", tags=["letters"])
logger = structlog.get_logger(__name__)


async def deliver(recipient: str, session_factory: async_sessionmaker[AsyncSession]) -> None:
    """Run after the response, when the request's own session has long ended."""
    async with session_factory.begin() as session:
        session.add(Delivery(recipient=recipient))
    logger.info("letter delivered")


@router.post("", response_model=LetterAccepted, status_code=HTTPStatus.ACCEPTED)
async def send_letter(body: LetterCreate, tasks: BackgroundTasks, session_factory: SessionFactoryDep) -> LetterAccepted:
    tasks.add_task(deliver, body.recipient, session_factory)
    return LetterAccepted(recipient=body.recipient)
