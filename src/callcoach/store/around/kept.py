"""All that desks kept of one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callcoach.store.around.desk_calls import desk_calls_of
from callcoach.store.around.notes import EMPTY, Note
from callcoach.store.around.scripts import Run, run_of_desk_call
from callcoach.store.around.wrap_ups import WrapUp, wrap_up_of
from callcoach.store.people import person_by_id
from callcoach.store.tables import CallNoteRow


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """What one person kept of a call."""

    person: str
    at: datetime
    note: Note
    wrap_up: WrapUp | None
    script: Run | None = None


def records_of(session: Session, call_pk: int) -> tuple[DeskRecord, ...]:
    """Return what was kept of a call, by person."""
    records: list[DeskRecord] = []
    for call in desk_calls_of(session, call_pk):
        row = session.get(CallNoteRow, call.id)
        kept = Note(row.text, row.version, row.changed_at) if row else EMPTY
        person = person_by_id(session, call.person_id)
        records.append(
            DeskRecord(person.name, call.at, kept, wrap_up_of(session, call.id), run_of_desk_call(session, call.id))
        )
    return tuple(records)
