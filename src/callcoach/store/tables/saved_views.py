"""Views of the list of calls that people keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base


class SavedViewRow(Base):
    """A name for a query string. `shared`: everybody sees it; what it shows them is still only what they may see."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
