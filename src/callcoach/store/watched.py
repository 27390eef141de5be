"""Watched folders as they were seen, and their files that were dealt with.

A server that starts again does not read them all again, and people see what became of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, case, delete, func, select
from sqlalchemy.orm import Session

from callcoach.errors import NotFoundError
from callcoach.store.tables import WatchedFileRow, WatchedFolderRow

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file that was dealt with as it was then; `problem` says why it was not taken in, `call_id` what came of it."""

    path: str
    folder: str
    size: int
    changed_ns: int
    problem: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file as people see it."""

    path: str
    folder: str
    problem: str
    call_id: str
    at: datetime
    again: bool
    """Whether it waits to be tried again."""


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder as a server saw it last."""

    path: str
    server: str
    looked_at: datetime
    problem: str
    waiting: int
    """Files that are being written, or wait until they are settled."""
    taken: int
    refused: int


def known_file(session: Session, path: str, size: int, changed_ns: int) -> bool:
    """Whether a file was dealt with as it is now, and nobody asked for it to be tried again."""
    row = session.get(WatchedFileRow, path)
    return row is not None and (row.size, row.changed_ns) == (size, changed_ns) and not row.again


def note_file(session: Session, seen: SeenFile) -> None:
    """Note that a file was dealt with."""
    row = WatchedFileRow(
        path=seen.path,
        size=seen.size,
        changed_ns=seen.changed_ns,
        problem=seen.problem,
        at=datetime.now(UTC),
        folder=seen.folder,
        call_id=seen.call_id,
        again=False,
    )
    session.merge(row)


def note_folder(session: Session, path: str, server: str, problem: str, waiting: int) -> None:
    """Note how a server saw a folder."""
    now = datetime.now(UTC)
    session.merge(WatchedFolderRow(path=path, server=server, looked_at=now, problem=problem, waiting=waiting))


def forget_folders(session: Session, server: str, still_watched: Sequence[str]) -> None:
    """Forget what a server saw of folders that it no longer watches."""
    gone = (WatchedFolderRow.server == server, WatchedFolderRow.path.not_in(still_watched))
    session.execute(delete(WatchedFolderRow).where(*gone))


def list_folders(session: Session) -> tuple[WatchedFolder, ...]:
    """Return the folders that are watched, by path."""
    refused = func.count(case((WatchedFileRow.problem != "", 1)))
    files = select(WatchedFileRow.folder, func.count().label("all"), refused.label("refused"))
    of_folder = files.group_by(WatchedFileRow.folder).subquery()
    query = (
        select(WatchedFolderRow, func.coalesce(of_folder.c.all, 0), func.coalesce(of_folder.c.refused, 0))
        .outerjoin(of_folder, of_folder.c.folder == WatchedFolderRow.path)
        .order_by(WatchedFolderRow.path, WatchedFolderRow.server)
    )
    return tuple(
        WatchedFolder(row.path, row.server, row.looked_at, row.problem, row.waiting, count - bad, bad)
        for row, count, bad in session.execute(query)
    )


def refused_files(session: Session, limit: int = MOST_SHOWN) -> tuple[WatchedFile, ...]:
    """Return files that could not be taken in, newest first."""
    return _files(session, select(WatchedFileRow).where(WatchedFileRow.problem != ""), limit)


def taken_files(session: Session, limit: int = MOST_SHOWN) -> tuple[WatchedFile, ...]:
    """Return files that were taken in, newest first."""
    return _files(session, select(WatchedFileRow).where(WatchedFileRow.problem == ""), limit)


def asked_again(session: Session, folders: Sequence[str]) -> tuple[str, ...]:
    """Return the paths of files of these folders that somebody asked to be tried again."""
    asked = select(WatchedFileRow.path).where(WatchedFileRow.again, WatchedFileRow.folder.in_(("", *folders)))
    return tuple(session.scalars(asked))


def try_again(session: Session, path: str) -> None:
    """Have a refused file tried again as it is.

    Raises:
        NotFoundError: no file of this path was refused.
    """
    row = session.get(WatchedFileRow, path)
    if row is None or not row.problem:
        raise NotFoundError(
            f"No file {path!r} was refused. GET /api/v1/folders/files lists those that were.",
            f"没有被拒收的文件 {path}。请重新载入页面。",
        )
    row.again = True


def try_all_again(session: Session) -> int:
    """Have every refused file tried again, and return how many there are."""
    rows = session.scalars(select(WatchedFileRow).where(WatchedFileRow.problem != "")).all()
    for row in rows:
        row.again = True
    return len(rows)


def _files(session: Session, query: Select[WatchedFileRow], limit: int) -> tuple[WatchedFile, ...]:
    rows = session.scalars(query.order_by(WatchedFileRow.at.desc(), WatchedFileRow.path).limit(limit))
    return tuple(WatchedFile(row.path, row.folder, row.problem, row.call_id, row.at, row.again) for row in rows)
