"""Backfill the normalized email, in batches that hold no lock for long.

Revision ID: c082a52d6e78
Revises: bf71941c5d67
Created: 2026-11-01 09:52:00+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c082a52d6e78"
down_revision: str | Sequence[str] | None = "bf71941c5d67"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


BATCH = sa.text("""
    UPDATE contacts SET normalized_email = lower(email)
    WHERE id IN (SELECT id FROM contacts WHERE normalized_email IS NULL ORDER BY id LIMIT 1000)
""")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        while op.get_bind().execute(BATCH).rowcount:
            pass


def downgrade() -> None:
    """Leave the values: the release before does not read them."""
