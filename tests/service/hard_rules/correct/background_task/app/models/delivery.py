from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Delivery(Base):
    """A letter that was handed to the postal service."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    recipient: Mapped[str]
