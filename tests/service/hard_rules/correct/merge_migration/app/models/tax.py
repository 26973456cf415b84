from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Tax(Base):
    __tablename__ = "taxes"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
