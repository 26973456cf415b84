# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Change, Edit, Insert
from service.hard_rules.mutation import Mutation, added
from service.hard_rules.rules import LAZY_LOADING as RULE

TEST = "tests/core/test_models.py"
SAMPLE = "tests/sample.py"
HEAD = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base
"""


def text(table: str, children: str, imports: str = "") -> str:
    return f"""{HEAD}{imports}

class {table.title()}Child(Base):
    __tablename__ = "{table}_children"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("{table}_parents.id"))


class {table.title()}Parent(Base):
    __tablename__ = "{table}_parents"

    id: Mapped[int] = mapped_column(primary_key=True)
    children: Mapped[list[{table.title()}Child]] = {children}
"""


def model(
    name: str,
    file: str,
    children: str,
    imports: str = "from sqlalchemy.orm import relationship\n",
    *,
    at: str = "relationship",
) -> Mutation:
    return added(RULE, name, f"app/models/{file}.py", text(file.replace("_", ""), children, imports), at=at)


def mapped(name: str, file: str, children: str, imports: str) -> Mutation:
    """One that only the mapper gives away; Alembic and the tests see it where app.models imports it."""
    step = Insert(
        "app/models/__init__.py", "from app.models.base import Base\n", f"from app.models import {file}  # noqa: F401\n"
    )
    path = f"app/models/{file}.py"
    return added(RULE, name, path, text(file.replace("_", ""), children, imports), at="", steps=(step,), by=TEST)


MUTATIONS = [
    model("no lazy", "lz_plain", "relationship()"),
    model("lazy='select'", "lz_select", 'relationship(lazy="select")'),
    model("lazy=True", "lz_true", "relationship(lazy=True)"),
    model("lazy='dynamic'", "lz_dynamic", 'relationship(lazy="dynamic")'),
    model("lazy='immediate' with other options", "lz_options", 'relationship(\n        cascade="all, delete-orphan",\n        lazy="select",\n    )'),
    model("relationship under another name", "lz_alias", "rel()", "from sqlalchemy.orm import relationship as rel\n", at="rel"),
    model("by way of its module", "lz_module", "orm.relationship()", "from sqlalchemy import orm\n", at="relationship"),
    model("a backref, that nobody declared", "lz_backref", 'relationship(lazy="raise", backref="parent")'),
    model("the strategy in a constant", "lz_constant", "relationship(lazy=STRATEGY)", 'from sqlalchemy.orm import relationship\n\nSTRATEGY = "select"\n'),
    added(
        RULE,
        "a helper that makes relationships",
        "app/models/lz_helper.py",
        "from typing import Any\n\nfrom sqlalchemy.orm import relationship\n\n\ndef many(**options: Any) -> Any:\n    return relationship(**options)\n",
        at="relationship",
    ),
    added(
        RULE,
        "awaitable attributes",
        "app/models/lz_awaitable.py",
        "from sqlalchemy.ext.asyncio import AsyncAttrs\n\nfrom app.models.base import Base\n\n\nclass Lazy(AsyncAttrs, Base):\n    __abstract__ = True\n",
        at="AsyncAttrs",
    ),
    added(
        RULE,
        "a query that asks for it",
        "app/api/lz_query.py",
        "from sqlalchemy import select\nfrom sqlalchemy.orm import lazyload\n\nfrom app.models import Base\n\nQUERY = select(Base).options(lazyload('*'))\n",
        at="lazyload",
    ),
    Mutation(RULE, Edit("the sample of the tests", (Change(SAMPLE, 'relationship(lazy="raise")', "relationship()"),)), SAMPLE, "", TEST, alone=True),
    mapped("found by its name", "lz_getattr", 'getattr(orm, "relation" + "ship")()', "from sqlalchemy import orm\n"),
]  # fmt: skip
