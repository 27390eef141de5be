"""Files of watched folders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base


class WatchedFileRow(Base):
    """A file that was dealt with, as it was then. `problem` is why it was not taken in; empty: it was."""

    __tablename__ = "watched_files"

    path: Mapped[str] = mapped_column(String(1000), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
