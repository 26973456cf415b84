# ruff: noqa: E501  (a table is read line by line)

import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from service.hard_rules.edit import Change, Edit, Step
from service.hard_rules.mutation import Mutation
from service.hard_rules.rules import MIGRATIONS as RULE

TEST = "tests/core/test_migrations.py"
FOLDER = "alembic/versions"
HEAD = '''\
"""What is done.

Revision ID: {revision}
Created: 2026-11-01 09:00:00+00:00
"""

from collections.abc import Sequence

{imports}from alembic import op

revision: str = "{revision}"
down_revision: str | Sequence[str] | None = {parent}
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''
TABLE = 'op.create_table("{table}", sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True))'
FORGOTTEN = """\
from sqlalchemy.orm import Mapped, mapped_column


class Forgotten(Base):
    __tablename__ = "forgotten"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
APPLIED = ("edited", "committed", "renamed", "commented", "deleted")


def migration(revision: str, up: str, down: str = "pass", *, parent: str = "None") -> str:
    imports = "import sqlalchemy as sa\n" if "sa." in up + down else ""
    return HEAD.format(
        revision=revision, parent=parent, imports=imports, up=indent(up, "    "), down=indent(down, "    ")
    )


def applied(name: str) -> str:
    return f"{FOLDER}/202611010900_{name}.py"


# What is on the main branch, and so may have been applied; the last one is the newest.
ON_MAIN = tuple(
    Edit(name, files={applied(name): migration(f"{name}0000", TABLE.format(table=name), f'op.drop_table("{name}")')})
    for name in APPLIED
)


@dataclass(frozen=True)
class Move:
    file: str
    to: str

    def make(self, service: Path) -> None:
        (service / self.to).parent.mkdir(exist_ok=True)
        (service / self.file).rename(service / self.to)


@dataclass(frozen=True)
class Delete:
    file: str

    def make(self, service: Path) -> None:
        (service / self.file).unlink()


@dataclass(frozen=True)
class Git:
    """Runs git in the service; by default it commits all that was changed."""

    arguments: tuple[str, ...] = ("commit", "--quiet", "--all", "--no-verify", "--message=Change")

    def make(self, service: Path) -> None:
        subprocess.run(["git", *self.arguments], cwd=service, check=True)


def on_branch(name: str, migration: str, *steps: Step, alone: bool = False) -> Mutation:
    return Mutation(RULE, Edit(name, steps), applied(migration), "", alone=alone)


def new(name: str, file: str, up: str, down: str = "pass") -> Mutation:
    path = f"{FOLDER}/202611020900_{file}.py"
    return Mutation(RULE, Edit(name, files={path: migration(file, up, down)}), path, r"def upgrade|op\.")


MUTATIONS = [
    on_branch("an applied one edited", "edited", Change(applied("edited"), '"edited",', '"edited_rows",')),
    on_branch("edited, and committed", "committed", Change(applied("committed"), '"committed",', '"committed_rows",'), Git()),
    on_branch("an applied one renamed", "renamed", Move(applied("renamed"), f"{FOLDER}/202611010900_better.py")),
    on_branch("a comment in an applied one", "commented", Change(applied("commented"), "What is done.", "What was done.")),
    on_branch("the newest applied one deleted", "deleted", Delete(applied("deleted"))),
    on_branch("the newest edited, before a branch has a commit", "deleted", Change(applied("deleted"), '"deleted",', '"deleted_rows",'), alone=True),
    on_branch("one in the middle deleted", "committed", Delete(applied("committed")), alone=True),
    on_branch("one moved to an archive", "renamed", Move(applied("renamed"), f"{FOLDER}/archive/202611010900_renamed.py"), alone=True),
    on_branch("one renumbered, with the next", "edited", Change(applied("edited"), "edited0000", "edited9999"), Change(applied("committed"), "edited0000", "edited9999"), alone=True),
    on_branch("edited on the main branch", "edited", Git(("checkout", "--quiet", "main")), Change(applied("edited"), '"edited",', '"edited_rows",'), alone=True),
    on_branch("edited on the main branch, and committed", "edited", Git(("checkout", "--quiet", "main")), Change(applied("edited"), '"edited",', '"edited_rows",'), Git(), alone=True),
    new("an index that blocks writes", "mi_index", 'op.create_index("ix_edited_id", "edited", ["id"])', 'op.drop_index("ix_edited_id")'),
    new("a column that old rows lack", "mi_not_null", 'op.add_column("edited", sa.Column("name", sa.String(), nullable=False))', 'op.drop_column("edited", "name")'),
    new("a column that the release before reads", "mi_drop", 'op.drop_column("edited", "id")', 'op.add_column("edited", sa.Column("id", sa.BigInteger()))'),
    new("a type changed in SQL", "mi_type", 'op.execute("ALTER TABLE edited ALTER COLUMN id TYPE numeric")'),
    new("a rename", "mi_rename", 'op.rename_table("edited", "changed")', 'op.rename_table("changed", "edited")'),
    new("SQL by way of a helper", "mi_helper", 'def index(table: str) -> None:\n    sql = f"CREATE INDEX ON {table} (id)"\n    op.execute(sql)\n\nindex("edited")'),
    new("a foreign key that locks two tables", "mi_fk", 'op.create_foreign_key("fk_x", "edited", "committed", ["id"], ["id"])', 'op.drop_constraint("fk_x", "edited")'),
    Mutation(
        RULE,
        Edit("two heads", files={f"{FOLDER}/202611020901_mi_heads.py": migration("mi_heads", "pass", parent='"committed0000"')}),
        FOLDER,
        "",
        alone=True,
    ),
    Mutation(
        RULE,
        Edit("a model without its migration", (Change("app/models/__init__.py", '__all__ = ["Base"]', FORGOTTEN),)),
        "app/models",
        "",
        by=TEST,
        alone=True,
    ),
    Mutation(
        RULE,
        Edit("a migration without a model", files={f"{FOLDER}/x.py": migration("x", TABLE.format(table="orphans"))}),
        "app/models",
        "",
        by=TEST,
        alone=True,
    ),
    Mutation(
        RULE,
        Edit(
            "a model that nothing imports, so that Alembic takes it for dropped",
            files={"app/models/mi_forgotten.py": f"from app.models.base import Base\n{FORGOTTEN}"},
        ),
        "app.models.mi_forgotten",
        "",
        by="tests/core/test_models.py",
    ),
    Mutation(
        RULE,
        Edit(
            "no way back",
            (Change("app/models/__init__.py", '__all__ = ["Base"]', FORGOTTEN),),
            {f"{FOLDER}/202611020900_mi_back.py": migration("mi_back", TABLE.format(table="forgotten"))},
        ),
        "alembic/versions",
        "",
        by=TEST,
        alone=True,
    ),
]  # fmt: skip
