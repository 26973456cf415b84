from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Entry(Base):
    """One line of the ledger."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    text: Mapped[str]
    cents: Mapped[int]
