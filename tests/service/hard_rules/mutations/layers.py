# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Edit, Insert
from service.hard_rules.mutation import Mutation, added, changed, handler
from service.hard_rules.rules import LAYERS as RULE


def module(name: str, file: str, text: str, *, at: str = "import") -> Mutation:
    return added(RULE, name, f"app/{file}.py", f"{text}\n", at=at)


MUTATIONS = [
    changed(
        RULE,
        "the schema of a problem knows the ORM",
        Insert("app/schemas/problem.py", "from pydantic import BaseModel, Field\n", "from sqlalchemy.orm import Mapped\n"),
        file="app/schemas/problem.py",
        at="sqlalchemy",
    ),
    module("a schema of a model", "schemas/la_model", "from app.models import Base\n\nNAME = Base.__name__"),
    module("a schema of a model, relative", "schemas/la_relative", "from ..models import Base\n\nNAME = Base.__name__"),
    module("a schema of a model's module, renamed", "schemas/la_renamed", "import app.models.base as b\n\nNAME = b.Base.__name__"),
    module("a schema of SQLAlchemy", "schemas/la_sqlalchemy", "import sqlalchemy as sa\n\nNAME = sa.String()"),
    module("a schema for type checking only", "schemas/la_typing", "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.models import Base\n\n\ndef name(base: 'Base') -> str:\n    return str(base)", at="app.models"),
    Mutation(
        RULE,
        Edit(
            "a schema, by way of a helper",
            files={
                "app/la_names.py": "from app.models import Base\n\nNAME = Base.__name__\n",
                "app/schemas/la_indirect.py": "from app.la_names import NAME\n\nTITLE = NAME\n",
            },
        ),
        "app/schemas/la_indirect.py",
        "la_names",
    ),
    module("a model of the settings", "models/la_settings", "from app.settings import get_settings\n\nNAME = get_settings().environment"),
    module("a model of a schema", "models/la_schema", "from app.schemas.problem import Problem\n\nNAME = Problem.__name__"),
    module("a model, inside a function", "models/la_inside", "def session() -> object:\n    from app.deps import SessionDep\n\n    return SessionDep", at="app.deps"),
    module("a model of the package", "models/la_package", "from app import errors\n\nERROR = errors.ConflictError"),
    Mutation(
        RULE,
        Edit(
            "a model of a service",
            files={
                "app/services/la_rates.py": "RATE = 1\n",
                "app/models/la_service.py": "from app.services.la_rates import RATE\n\nDOUBLE = RATE * 2\n",
            },
        ),
        "app/models/la_service.py",
        "la_rates",
    ),
    added(RULE, "a handler of the engine", "app/api/la_db.py", handler("await session.flush()", imports="from app.db import create_engine as make", parameters="session: SessionDep"), at="app.db"),
    added(RULE, "a handler of the app", "app/api/la_main.py", handler("request.app.state.version = main.DESCRIPTION", imports="from app import main", parameters="request: Request"), at="main"),
]  # fmt: skip
