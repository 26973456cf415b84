"""Write a migration for the changes in app/models: uv run scripts/makemigration.py "add invoices".

It compares the models with a new database that has every migration so far, never with a developer's database. Like the tests,
it uses the server of TEST_DATABASE_URL, or starts one and throws it away.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TypeGuard

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateForeignKeyOp, CreateTableOp, ExecuteSQLOp, MigrationScript
from sqlalchemy import Column, Connection, Enum, ForeignKeyConstraint, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import SchemaItem

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.settings import parse_database_url
from scripts.postgres import explained, server_for_tests, temporary_database

ROOT = Path(__file__).resolve().parents[1]


def complete(context: MigrationContext, _revision: object, directives: list[MigrationScript]) -> None:
    """Write nothing if nothing changed; add what autogenerate omits for new tables."""
    upgrade, downgrade = directives[0].upgrade_ops, directives[0].downgrade_ops
    if upgrade is None or downgrade is None or upgrade.is_empty():
        directives.clear()
        return
    tables = [operation for operation in upgrade.ops if isinstance(operation, CreateTableOp)]
    for table in tables:
        # create_table omits foreign keys with use_alter: the other table must exist first.
        for key in [item for item in table.columns if is_late(item)]:
            late = CreateForeignKeyOp.from_constraint(key)
            upgrade.ops.append(late)
            downgrade.ops.insert(0, late.reverse())
        table.columns = [item for item in table.columns if not is_late(item)]
        types = [item.type for item in table.columns if isinstance(item, Column)]
        downgrade.ops += [ExecuteSQLOp(f"DROP TYPE {enum.name}") for enum in types if isinstance(enum, Enum)]
    assert context.connection  # noqa: S101  # a command without a database autogenerates nothing
    for schema in {table.schema for table in tables} - {None, *inspect(context.connection).get_schema_names()}:
        upgrade.ops.insert(0, ExecuteSQLOp(f"CREATE SCHEMA {schema}"))
        downgrade.ops.append(ExecuteSQLOp(f"DROP SCHEMA {schema}"))


def is_late(item: SchemaItem) -> TypeGuard[ForeignKeyConstraint]:
    return isinstance(item, ForeignKeyConstraint) and item.use_alter


def compare(connection: Connection, message: str) -> bool:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return bool(command.revision(config, message, autogenerate=True, process_revision_directives=complete))


async def main(message: str) -> None:
    with server_for_tests() as server:
        async with temporary_database(parse_database_url(server)) as url:
            engine = create_async_engine(url)
            try:
                async with engine.connect() as connection:
                    written = await connection.run_sync(compare, message)
            finally:
                await engine.dispose()
    print("Review it before you commit it." if written else "Models and migrations agree: nothing to write.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("message", help='what the migration does, such as "add invoices"')
    arguments = parser.parse_args()
    with explained():
        asyncio.run(main(arguments.message))
