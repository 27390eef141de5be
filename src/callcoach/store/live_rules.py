"""Which rules speak up while a call goes on: what trainers chose, against the rulebook's default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.store.tables import LiveRuleRow, PersonRow


@dataclass(frozen=True, slots=True)
class LiveChoice:
    """A trainer's choice of one rule."""

    speaks: bool
    by: str
    at: datetime


def live_choices(session: Session) -> Mapping[str, LiveChoice]:
    """Return the choices made, by rule id."""
    found = session.execute(select(LiveRuleRow, PersonRow.name).join(PersonRow, PersonRow.id == LiveRuleRow.changed_by))
    return {row.rule_id: LiveChoice(row.speaks, name, row.changed_at) for row, name in found}


def choose_live(session: Session, rule_id: str, speaks: bool | None, person_id: int, at: datetime) -> None:
    """Have a rule speak up or be silent; None: as the rulebook has it."""
    row = session.get(LiveRuleRow, rule_id)
    if speaks is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = LiveRuleRow(rule_id=rule_id)
        session.add(row)
    row.speaks, row.changed_by, row.changed_at = speaks, person_id, at
