from datetime import datetime

from sqlalchemy import Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Payment(Base):
    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
