"""Find payments by when they were received.

Revision ID: e2a4c74f809a
Revises: d193b63e7f89
Created: 2026-11-01 10:01:00+00:00
"""

from collections.abc import Sequence

from alembic import op

revision: str = "e2a4c74f809a"
down_revision: str | Sequence[str] | None = "d193b63e7f89"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_payments_received_at"),
            "payments",
            ["received_at"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_payments_received_at"),
            table_name="payments",
            postgresql_concurrently=True,
            if_exists=True,
        )
