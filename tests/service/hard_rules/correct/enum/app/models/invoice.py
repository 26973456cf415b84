from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Identity, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class InvoiceStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    PAID = "paid"


class Invoice(Base):
    """An invoice; its status is text with a check, since a value can't be taken out of a Postgres enum again."""

    __tablename__ = "invoices"
    __table_args__ = (CheckConstraint("status IN ('draft', 'sent', 'paid')", name="status"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    status: Mapped[str] = mapped_column(default=InvoiceStatus.DRAFT)
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
