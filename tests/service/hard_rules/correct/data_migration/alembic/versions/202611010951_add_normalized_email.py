"""Add the normalized email.

Revision ID: bf71941c5d67
Revises: ae60830b4c56
Created: 2026-11-01 09:51:00+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "bf71941c5d67"
down_revision: str | Sequence[str] | None = "ae60830b4c56"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("normalized_email", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("contacts", "normalized_email")
