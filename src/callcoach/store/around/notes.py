"""The notepad of a call. A save names the version it began from, so that no page writes over what it did not see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, InputError
from callcoach.store.around.desk_calls import CallRef, desk_call, find_desk_call
from callcoach.store.tables import CallNoteRow

MOST = 20_000
"""Characters of one note."""


@dataclass(frozen=True, slots=True)
class Note:
    """A notepad as it stands; `version` 0: nothing was written."""

    text: str = ""
    version: int = 0
    changed_at: datetime | None = None


EMPTY = Note()


def read_note(session: Session, person_id: int, phone_call_id: str) -> Note:
    """Return a person's notes of a call.

    Raises:
        NotFoundError: it is somebody else's call.
    """
    call = find_desk_call(session, person_id, phone_call_id)
    row = session.get(CallNoteRow, call.id) if call else None
    return Note(row.text, row.version, row.changed_at) if row else EMPTY


def save_note(session: Session, person_id: int, ref: CallRef, text: str, version: int, *, now: datetime) -> Note:
    """Keep the notes of a call; the same text again changes nothing.

    Args:
        session: a writing transaction.
        person_id: whose notes.
        ref: the call.
        text: all of the notepad.
        version: the one the writer began from; 0: none.
        now: the time.

    Raises:
        ConflictError: the notes were changed meanwhile, by another page of the same person.
        InputError: the text is too long.
        NotFoundError: it is somebody else's call.
    """
    if len(text) > MOST:
        raise InputError(
            f"The notes have {len(text)} characters, expected at most {MOST}. Shorten them.",
            f"记录有 {len(text)} 个字，最多 {MOST} 个。请缩短。",
        )
    call = desk_call(session, person_id, ref, now)
    row = session.get(CallNoteRow, call.id)
    if row is None:
        row = CallNoteRow(desk_call_id=call.id, text="", version=0, changed_at=now)
        session.add(row)
    if row.text != text:
        if row.version != version:
            raise ConflictError(
                f"The notes were changed on another page (version {row.version}, expected {version}). Look at both.",
                "记录在另一个页面上改过了。请两边都看一下。",
            )
        row.text, row.version, row.changed_at = text, row.version + 1, now
    session.flush()
    return Note(row.text, row.version, row.changed_at)
