from datetime import datetime

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Login(Base):
    __tablename__ = "logins"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    expires_at: Mapped[datetime]
