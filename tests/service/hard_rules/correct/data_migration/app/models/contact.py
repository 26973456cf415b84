from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Contact(Base):
    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str]
    # To be NOT NULL, and unique, as soon as no release is left that does not write it.
    normalized_email: Mapped[str | None]
