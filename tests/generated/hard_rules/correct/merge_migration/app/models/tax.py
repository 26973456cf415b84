from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Tax(Base):
    __tablename__ = "taxes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
