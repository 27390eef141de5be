"""Whether agents take calls: what they last said, kept as a history of changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.store.tables import PresenceRow


class PresenceState(StrEnum):
    """What an agent is doing, as far as calls are concerned."""

    READY = "ready"
    NOT_READY = "not_ready"
    """With a reason: a break, training, a meeting."""
    AFTER_CALL = "after_call"
    """Finishing the last call's paperwork; comes by itself and ends by itself or by hand."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of an agent since when."""

    state: PresenceState
    reason: str
    since: datetime | None
    """None: the agent has never said anything."""


UNSAID = Presence(PresenceState.NOT_READY, "", None)
"""Of whoever has never said anything."""


def change_presence(session: Session, person_id: int, state: PresenceState, reason: str, at: datetime) -> Presence:
    """Add a change; one that changes nothing is left out."""
    now = presence_of(session, person_id)
    if (now.state, now.reason) == (state, reason) and now.since is not None:
        return now
    session.add(PresenceRow(person_id=person_id, state=state.value, reason=reason, at=at))
    session.flush()
    return Presence(state, reason, at)


def presence_of(session: Session, person_id: int) -> Presence:
    """Return what an agent last said."""
    return presences(session, (person_id,))[person_id]


def presences(session: Session, person_ids: Collection[int]) -> Mapping[int, Presence]:
    """Return what each of these people last said."""
    newest = (
        select(func.max(PresenceRow.id)).where(PresenceRow.person_id.in_(person_ids)).group_by(PresenceRow.person_id)
    )
    rows = session.scalars(select(PresenceRow).where(PresenceRow.id.in_(newest)))
    said = {row.person_id: Presence(PresenceState(row.state), row.reason, row.at) for row in rows}
    return {person_id: said.get(person_id, UNSAID) for person_id in person_ids}
