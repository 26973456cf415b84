"""Print jobs; no print(), no os.environ["PRINTER"], no time.sleep() and no AsyncSession(engine) in here."""

import structlog
from fastapi import APIRouter

from app.schemas.print_job import PrintJob

router = APIRouter(prefix="/print-jobs", tags=["print jobs"])
logger = structlog.get_logger(__name__)


class Printer:
    def __init__(self) -> None:
        self.requests: list[str] = []

    def open(self) -> None:
        self.requests.clear()

    def print(self, text: str) -> None:
        self.requests.append(text)


PRINTER = Printer()


@router.post("", response_model=PrintJob)
async def print_text(body: PrintJob) -> PrintJob:
    PRINTER.open()
    PRINTER.print(body.text)
    logger.info("printed; see os.getenv(3)", token_count=len(body.text.split()), key_figures=1)
    return body
