"""How Alembic reaches the database: over asyncpg, as the service does."""

import asyncio
from contextlib import aclosing

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, pool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.core.logging import configure_logging
from app.core.schema_check import is_ours, name_service, refuse_other_service
from app.models import Base
from app.settings import get_settings

# A migration that waits for a lock makes every later query on that table wait behind it.
LOCK_TIMEOUT_MS = 4_000
# Any number, the same for all: of two deploys at once the second waits, and then finds nothing left to do.
MIGRATION_LOCK = 7_202_604
LOCK_POLL_SECONDS = 1


def migrate(connection: Connection) -> None:
    refuse_other_service(connection, context.config)
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        include_schemas=True,
        include_name=is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    name_service(connection, context.config)
    connection.commit()


async def connect(engine: AsyncEngine) -> AsyncConnection:
    """Connect, or say in one line why that fails."""
    try:
        return await engine.connect()
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        place = f"{engine.url.host}:{engine.url.port or 5432}"
        raise CommandError(f"No connection to Postgres at {place}. Check DATABASE_URL: {reason}") from error


async def connect_and_migrate() -> None:
    settings = get_settings()
    configure_logging(settings)
    engine = create_async_engine(
        settings.database_url,
        poolclass=pool.NullPool,
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": "alembic"}},
    )
    async with aclosing(await connect(engine)) as connection:
        # Asked for again and again: a statement that waits holds a snapshot, which CREATE INDEX CONCURRENTLY waits for.
        while not await connection.scalar(text("SELECT pg_try_advisory_lock(:id)"), {"id": MIGRATION_LOCK}):
            await connection.commit()
            await asyncio.sleep(LOCK_POLL_SECONDS)
        await connection.execute(text(f"SET lock_timeout = {LOCK_TIMEOUT_MS}"))
        await connection.commit()
        await connection.run_sync(migrate)


def print_sql() -> None:
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_sql()
elif (connection := context.config.attributes.get("connection")) is not None:  # the tests bring their own
    migrate(connection)
else:
    asyncio.run(connect_and_migrate())
