"""Whether the database has every migration that this code has.

Nothing here migrates: a deploy does, once, before it starts the code.
"""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

CONFIG = Path(__file__).parents[1] / "alembic.ini"
# How long start-up and /readyz wait for the database.
READINESS_TIMEOUT_SECONDS = 2


class OutdatedSchemaError(Exception):
    """The schema is older than the code."""


class SchemaCheck:
    """Asks the database until it has passed once; no query of this code can work on an older schema."""

    def __init__(self, config: Path = CONFIG) -> None:
        self.scripts = ScriptDirectory.from_config(Config(config))
        self.heads = frozenset(self.scripts.get_heads())
        self.passed = not self.heads  # a service that has no migration yet

    def __call__(self, connection: Connection) -> None:
        """Pass, or raise ``OutdatedSchemaError``, which says what to do."""
        if self.passed:
            return
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
        except CommandError:  # a revision of a newer release, which is on its way, or was rolled back
            return self.heads


def revisions(connection: Connection) -> tuple[str, ...]:
    if not inspect(connection).has_table("alembic_version"):
        return ()
    return tuple(connection.scalars(text("SELECT version_num FROM alembic_version ORDER BY version_num")))
