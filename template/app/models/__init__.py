"""ORM models. Alembic sees only what is imported here."""

from app.models.base import Base

__all__ = ["Base"]
