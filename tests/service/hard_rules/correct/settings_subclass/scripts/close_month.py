"""Close the month that has ended: ``uv run scripts/close_month.py``."""

import asyncio

from pydantic import Field
from sqlalchemy import text

from app.db import create_engine, create_session_factory
from app.settings import Settings


class JobSettings(Settings):
    """A job runs one statement after the other, so it leaves the connections to the service."""

    database_pool_size: int = Field(1, ge=1, le=5, title="Most connections that a job opens")


async def main(settings: JobSettings) -> None:
    engine = create_engine(settings.database_url, pool_size=settings.database_pool_size, application_name="close-month")
    async with create_session_factory(engine).begin() as session:
        month = await session.scalar(text("SELECT to_char(now() - interval '1 month', 'YYYY-MM')"))
    await engine.dispose()
    print(f"Closed {month}")


if __name__ == "__main__":
    asyncio.run(main(JobSettings()))
