from sqlalchemy import Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Job(Base):
    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    taken: Mapped[bool] = mapped_column(server_default=text("false"))
