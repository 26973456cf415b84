from sqlalchemy import Column, ForeignKey, Identity, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base

product_tags = Table(
    "product_tags",
    Base.metadata,
    Column("product_id", ForeignKey("products.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True, index=True),
)


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Product(Base):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tags: Mapped[list[Tag]] = relationship(secondary=product_tags, lazy="raise")
