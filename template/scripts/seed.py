"""Fill the development database with the factories of the tests: uv run scripts/seed.py.

Every function make_NAME(session) in tests/factories/ makes rows, until its table has --rows of them. A factory may add rows to
other tables as well, those that its own rows refer to. Running it again adds only what is missing. It refuses to run unless
ENVIRONMENT is development.
"""

import argparse
import asyncio
import inspect
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.core.schema_check import SchemaCheck, SchemaError
from app.db import create_engine, create_session_factory
from app.models import Base
from app.settings import Settings, get_settings
from scripts.postgres import explained

type Make = Callable[[AsyncSession], Awaitable[Base]]
ROOT = Path(__file__).resolve().parents[1]
FACTORIES = ROOT / "tests" / "factories"
UNIQUE_VIOLATION = "23505"


def factories() -> Iterator[tuple[type[Base], Make]]:
    """Return each factory with the model in its return annotation."""
    for path in sorted(FACTORIES.glob("[!_]*.py")):
        module = import_module(f"tests.factories.{path.stem}")
        for name, make in inspect.getmembers(module, inspect.iscoroutinefunction):
            model = inspect.get_annotations(make, eval_str=True).get("return")
            is_own = name.startswith("make_") and make.__module__ == module.__name__
            if is_own and isinstance(model, type) and issubclass(model, Base):
                yield model, make


async def fill(sessions: async_sessionmaker[AsyncSession], model: type[Base], make: Make, rows: int) -> str:
    """Make rows until the table has enough, and return what to report."""
    for _ in range(100 + 10 * rows):
        async with sessions() as session:
            found = await session.scalar(select(func.count()).select_from(model)) or 0
            if found >= rows:
                return f"{found} rows"
            try:
                await make(session)
            except ValidationError:
                return f"{found} rows, the factory has no more values for a unique column"
            except IntegrityError as error:
                # Each process numbers the rows of a factory from 1, so some numbers may already be stored.
                if getattr(error.orig, "sqlstate", "") != UNIQUE_VIOLATION:
                    raise
    return "the factory repeats the values of a unique column"


async def seed(settings: Settings, rows: int) -> None:
    engine = create_engine(settings.database_url, pool_size=1, application_name="seed")
    try:
        async with engine.connect() as connection:
            await connection.run_sync(SchemaCheck())
        sessions = create_session_factory(engine)
        reports = [(model, await fill(sessions, model, make, rows)) for model, make in factories()]
    except SchemaError as error:
        sys.exit(str(error))
    finally:
        await engine.dispose()
    for model, report in reports:
        print(f"{model.__tablename__}: {report}")
    if not reports:
        print("Nothing to seed: there is no function make_NAME(session) in tests/factories/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10, help="rows of each table (default: 10)")
    rows = parser.parse_args().rows
    if rows < 1:
        parser.error(f"--rows is {rows}, it must be at least 1")
    os.chdir(ROOT)  # .env is there
    settings = get_settings()
    if settings.environment != "development":
        sys.exit(f"ENVIRONMENT is {settings.environment}: seed.py fills only a development database. Set it in .env")
    with explained("DATABASE_URL"):
        asyncio.run(seed(settings, rows))


if __name__ == "__main__":
    main()
