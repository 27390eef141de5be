"""The company's phone book, and customers with their numbers, tags and notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier
from callcoach.store.tables.base import Base, text_enum
from callcoach.store.tables.calls import BYTEWISE


class ContactRow(Base):
    """An entry of the phone book; a number stands in it once."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    number_key: Mapped[str] = mapped_column(BYTEWISE, unique=True)
    name: Mapped[str] = mapped_column(String(120))
    department: Mapped[str] = mapped_column(String(120), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    sort_name: Mapped[str] = mapped_column(BYTEWISE, index=True)
    """The name's pinyin."""
    find: Mapped[str] = mapped_column(Text)
    """What a search looks into: see `callcoach.customers.finding`."""


class CustomerRow(Base):
    """A customer. `merged_into` is set for a card that was found to be another one's double."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    company: Mapped[str] = mapped_column(String(120), default="")
    tier: Mapped[Tier | None] = mapped_column(text_enum(Tier))
    tier_by_hand: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[CustomerKind | None] = mapped_column(text_enum(CustomerKind))
    sales: Mapped[float | None]
    """Of the period the site compares, in yuan."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    notes: Mapped[str] = mapped_column(Text, default="")
    sort_name: Mapped[str] = mapped_column(BYTEWISE)
    find: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)


NO_SALES = -1000000000000000.0
"""What a customer without a figure sorts as: below every figure that is taken."""
SALES_TO_SORT_BY = func.coalesce(CustomerRow.sales, literal_column(f"{NO_SALES:.1f}"))
"""A literal, not a parameter: only then do databases find the index of the same text."""

Index("ix_customers_name", CustomerRow.sort_name, CustomerRow.id)
Index("ix_customers_changed", CustomerRow.changed_at, CustomerRow.id)
Index("ix_customers_sales", SALES_TO_SORT_BY, CustomerRow.id)
Index("ix_customers_tier", CustomerRow.tier, CustomerRow.id)


class CustomerNumberRow(Base):
    """A number of a customer. Two customers may share one, such as a company's switchboard."""

    __tablename__ = "customer_numbers"
    __table_args__ = (UniqueConstraint("customer_id", "number_key"), Index("ix_customer_numbers_key", "number_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(64))
    """As it was written, and is dialled."""
    number_key: Mapped[str] = mapped_column(BYTEWISE)


class CustomerTagRow(Base):
    """A tag of a customer."""

    __tablename__ = "customer_tags"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)


class CustomerNoteRow(Base):
    """What somebody noted of a customer, in a call or beside it; only ever added."""

    __tablename__ = "customer_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    call_id: Mapped[str] = mapped_column(String(120), default="")
    """The softphone's id of the call in which it was noted; empty: none."""
    text: Mapped[str] = mapped_column(Text)
