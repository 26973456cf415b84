"""Whether the database has every migration that this code has.

Nothing here migrates: a deploy does so once, before it starts the code.
"""

from pathlib import Path
from typing import ClassVar

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from app.models import Base

CONFIG = Path(__file__).parents[2] / "alembic.ini"
# How long start-up and /readyz wait for the database.
READINESS_TIMEOUT_SECONDS = 2


class SchemaError(Exception):
    """This code can't work on the schema; ``summary`` is what callers may know."""

    summary: ClassVar[str]


class OutdatedSchemaError(SchemaError):
    summary = "The schema of the database is older than this code"


class OtherServiceError(SchemaError, CommandError):
    summary = "The database is another service's"


class SchemaCheck:
    """Query the database until the check has passed once."""

    def __init__(self, config: Path = CONFIG) -> None:
        self.config = Config(config)
        self.scripts = ScriptDirectory.from_config(self.config)
        self.heads = frozenset(self.scripts.get_heads())
        self.passed = not self.heads  # a service without migrations

    def __call__(self, connection: Connection) -> None:
        """Raise a ``SchemaError`` with the command to run if the schema is older or another service's."""
        if self.passed:
            return
        refuse_other_service(connection, self.config)
        at = revisions(connection)
        if missing := self.heads - self.applied(at):
            raise OutdatedSchemaError(
                f"The schema of the database, at revision {' and '.join(at) or 'none'}, is older than this code,"
                f" which needs {' and '.join(sorted(missing))}. Run: alembic upgrade head"
            )
        self.passed = True

    def applied(self, at: tuple[str, ...]) -> frozenset[str]:
        try:
            return frozenset(script.revision for script in self.scripts.get_all_current(at))
        except CommandError:  # an unknown revision: of a newer release that is being deployed, or was rolled back
            return self.heads


def revisions(connection: Connection) -> tuple[str, ...]:
    if not inspect(connection).has_table("alembic_version"):
        return ()
    return tuple(connection.scalars(text("SELECT version_num FROM alembic_version ORDER BY version_num")))


def owner_of(connection: Connection) -> tuple[str | None, bool]:
    """Return the service that the comment on the table of revisions names, and whether this role may set the comment."""
    query = "SELECT obj_description(oid, 'pg_class'), pg_has_role(relowner, 'USAGE') FROM pg_class"
    found = connection.execute(text(f"{query} WHERE oid = to_regclass('alembic_version')")).first()
    return (found[0], found[1]) if found else (None, False)


def refuse_other_service(connection: Connection, config: Config) -> None:
    """Raise ``OtherServiceError`` in another service's database, whose revisions look like those of a newer release."""
    service, (owner, _) = config.get_main_option("service"), owner_of(connection)
    if service and owner and owner != service:
        raise OtherServiceError(
            f"This database belongs to the service {owner!r}, not to {service!r}. Set DATABASE_URL to a database of its own."
            f" If {owner!r} was renamed, run in this database: COMMENT ON TABLE alembic_version IS '{service}'"
        )


def name_service(connection: Connection, config: Config) -> None:
    """Name this service in the comment on the table of revisions, unless there is one."""
    if owner_of(connection) == (None, True):
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{config.get_main_option('service', '')}'"))


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Make Alembic compare only the schemas that the models are in; None is the default schema."""
    return kind != "schema" or name in {None, *(table.schema for table in Base.metadata.tables.values())}
