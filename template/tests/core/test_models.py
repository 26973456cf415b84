import inspect
import pkgutil
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table
from sqlalchemy.orm import Mapper, registry

import app.models
from app.models import Base
from tests import sample
from tests.conftest import ROOT

RULE = "Migrations via Alembic auto-generate + manual review. Never edit applied migrations."
REGISTRIES = [pytest.param(Base.registry, id="app"), pytest.param(sample.Base.registry, id="sample")]
LOADED_OR_REFUSED = {"raise", "raise_on_sql", "selectin", "joined", "subquery", "write_only", "noload"}


def where(mapper: Mapper[Any]) -> str:
    _, first = inspect.getsourcelines(mapper.class_)
    return f"{Path(inspect.getfile(mapper.class_)).relative_to(ROOT)}:{first}"


def test_every_model_is_imported() -> None:
    """Alembic drops the table of a model that is not imported."""
    modules = {f"app.models.{module.name}" for module in pkgutil.walk_packages(app.models.__path__)}

    assert modules <= sys.modules.keys(), (
        f"app/models/__init__.py: {RULE} Import {', '.join(modules - sys.modules.keys())}."
    )


@pytest.mark.parametrize("models", REGISTRIES)
def test_no_relationship_loads_lazily(models: registry) -> None:
    models.configure()
    for mapper in models.mappers:
        for relationship in mapper.relationships:
            assert relationship.lazy in LOADED_OR_REFUSED, (
                f'{where(mapper)}: No lazy loading. Declare {relationship} with lazy="raise".'
            )


@pytest.mark.parametrize("models", REGISTRIES)
def test_no_column_loads_lazily(models: registry) -> None:
    for mapper in models.mappers:
        for column in mapper.column_attrs:
            assert not column.deferred or column.raiseload, (
                f"{where(mapper)}: No lazy loading. Declare {column} with deferred_raiseload=True."
            )


def test_constraints_have_names_that_a_migration_can_use() -> None:
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    table = Table(
        "orders", metadata, Column("id", Integer, primary_key=True), CheckConstraint("id > 0", name="positive")
    )
    names = {str(constraint.name) for constraint in table.constraints}

    assert names == {"pk_orders", "ck_orders_positive"}
