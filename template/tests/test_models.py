import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table
from sqlalchemy.orm import registry

from app.models import Base
from tests import sample

REGISTRIES = [pytest.param(Base.registry, id="app"), pytest.param(sample.Base.registry, id="sample")]


@pytest.mark.parametrize("models", REGISTRIES)
def test_no_relationship_loads_lazily(models: registry) -> None:
    models.configure()
    for mapper in models.mappers:
        for relationship in mapper.relationships:
            assert relationship.lazy in {"raise", "raise_on_sql", "selectin", "joined"}, (
                f'{relationship} loads lazily: declare it with lazy="raise"'
            )


def test_constraints_have_names_that_a_migration_can_use() -> None:
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    table = Table(
        "orders", metadata, Column("id", Integer, primary_key=True), CheckConstraint("id > 0", name="positive")
    )
    names = {str(constraint.name) for constraint in table.constraints}

    assert names == {"pk_orders", "ck_orders_positive"}
