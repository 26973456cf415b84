"""Merge fees and taxes.

Revision ID: ae60834be6f6
Revises: 8c4e6129c4d4, 9d5f723ad5e5
Created: 2026-11-01 11:42:00+00:00
"""

from collections.abc import Sequence

revision: str = "ae60834be6f6"
down_revision: str | Sequence[str] | None = ("8c4e6129c4d4", "9d5f723ad5e5")
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
