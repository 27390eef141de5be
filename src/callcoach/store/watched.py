"""Files of watched folders that were dealt with, so that a server that starts again does not read them all again."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.store.tables import WatchedFileRow


def known_file(session: Session, path: str, size: int, changed_ns: int) -> bool:
    """Whether a file was dealt with as it is now."""
    found = select(WatchedFileRow).where(WatchedFileRow.path == path)
    row = session.scalar(found)
    return row is not None and (row.size, row.changed_ns) == (size, changed_ns)


def note_file(session: Session, path: str, size: int, changed_ns: int, problem: str) -> None:
    """Note that a file was dealt with, and why it was not taken, if so."""
    row = WatchedFileRow(path=path, size=size, changed_ns=changed_ns, problem=problem, at=datetime.now(UTC))
    session.merge(row)


def refused_files(session: Session, limit: int = 100) -> tuple[tuple[str, str, datetime], ...]:
    """Return files that could not be taken in, with the reason and when that was, newest first."""
    bad = select(WatchedFileRow).where(WatchedFileRow.problem != "").order_by(WatchedFileRow.at.desc()).limit(limit)
    return tuple((row.path, row.problem, row.at) for row in session.scalars(bad))
