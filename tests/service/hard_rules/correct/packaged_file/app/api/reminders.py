from pathlib import Path
from string import Template

from fastapi import APIRouter

from app.schemas.reminder import Reminder


def load(name: str) -> Template:
    """Read a template of ours; once, at import."""
    with (Path(__file__).parents[1] / "templates" / name).open(encoding="utf-8") as file:
        return Template(file.read().strip())


REMINDER = load("reminder.txt")

router = APIRouter(prefix="/reminders", tags=["reminders"])


@router.get("/{name}", response_model=Reminder)
async def preview_reminder(name: str) -> Reminder:
    return Reminder(text=REMINDER.substitute(name=name))
