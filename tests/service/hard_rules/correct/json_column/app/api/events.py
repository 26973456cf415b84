from http import HTTPStatus

from fastapi import APIRouter

from app.deps import SessionDep
from app.models import Event
from app.schemas.event import EventCreate, EventRead

router = APIRouter(prefix="/events", tags=["events"])


@router.post("", response_model=EventRead, status_code=HTTPStatus.CREATED)
async def store_event(body: EventCreate, session: SessionDep) -> Event:
    event = Event(payload=body.payload)
    session.add(event)
    await session.flush()
    return event
