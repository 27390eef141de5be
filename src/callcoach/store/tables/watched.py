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
    folder: Mapped[str] = mapped_column(String(1000), default="")
    """The watched folder it lies in; empty: it was dealt with before that was noted."""
    call_id: Mapped[str] = mapped_column(String(120), default="")
    """The call that has its sound; empty: none, or as above."""
    again: Mapped[bool] = mapped_column(default=False)
    """Whether somebody asked for it to be tried again as it is."""


class WatchedFolderRow(Base):
    """A watched folder as a server saw it at its last look."""

    __tablename__ = "watched_folders"

    path: Mapped[str] = mapped_column(String(1000), primary_key=True)
    server: Mapped[str] = mapped_column(String(40), primary_key=True)
    looked_at: Mapped[datetime]
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it could not be looked into; empty: it could."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Files that are being written, or wait until they are settled."""
