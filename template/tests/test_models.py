import pkgutil
import sys

import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table
from sqlalchemy.orm import registry

import app.models
from app.models import Base
from tests import sample

REGISTRIES = [pytest.param(Base.registry, id="app"), pytest.param(sample.Base.registry, id="sample")]
LOADED_OR_REFUSED = {"raise", "raise_on_sql", "selectin", "joined", "subquery", "write_only", "noload"}


def test_every_model_is_imported() -> None:
    """What Alembic does not see it takes for dropped."""
    modules = {f"app.models.{module.name}" for module in pkgutil.walk_packages(app.models.__path__)}

    assert modules <= sys.modules.keys(), f"Import them in app/models/__init__.py: {modules - sys.modules.keys()}"


@pytest.mark.parametrize("models", REGISTRIES)
def test_no_relationship_loads_lazily(models: registry) -> None:
    models.configure()
    for mapper in models.mappers:
        for relationship in mapper.relationships:
            assert relationship.lazy in LOADED_OR_REFUSED, (
                f'{mapper.class_.__module__}: No lazy loading. Declare {relationship} with lazy="raise".'
            )


@pytest.mark.parametrize("models", REGISTRIES)
def test_no_column_loads_lazily(models: registry) -> None:
    for mapper in models.mappers:
        for column in mapper.column_attrs:
            assert not column.deferred or column.raiseload, (
                f"{mapper.class_.__module__}: No lazy loading. Declare {column} with deferred_raiseload=True."
            )


def test_constraints_have_names_that_a_migration_can_use() -> None:
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    table = Table(
        "orders", metadata, Column("id", Integer, primary_key=True), CheckConstraint("id > 0", name="positive")
    )
    names = {str(constraint.name) for constraint in table.constraints}

    assert names == {"pk_orders", "ck_orders_positive"}
