"""Add rates.

Revision ID: 480a2da5e0f0
Revises: nothing
Created: 2026-11-01 11:00:00+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "480a2da5e0f0"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "rates",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=12, scale=6), nullable=False),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_rates")),
    )


def downgrade() -> None:
    op.drop_table("rates")
