"""Calls coming in, and one call read back as far as its reader may know of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.orm import Session

from callcoach.customers.numbers import number_key
from callcoach.datapath import Call
from callcoach.errors import NotFoundError
from callcoach.principal import Principal
from callcoach.store.events import EventKind, emit
from callcoach.store.model import CallState, CallSummary, StoredSound
from callcoach.store.people import agent_called, first_team_of, team_named
from callcoach.store.tables import CallRow, CallTagRow, PersonRow, TagRow, TeamRow
from callcoach.store.visibility import visible_to


def add_call(
    session: Session, call: Call, sound: StoredSound, *, agent_right: bool = False, owner_id: int | None = None
) -> int:
    """Add a call that came in, with its tags, and return its key.

    The agent is `owner_id` if given, else found by the agent names of people; a team that was named and is not known
    is made. `agent_right`: the agent is on the right channel of the sound.
    """
    received_at = datetime.now(UTC)
    agent_id, team_id = agent_called(session, call.agent)
    if owner_id is not None:
        agent_id, team_id = owner_id, first_team_of(session, owner_id)
    row = CallRow(
        id=call.id,
        started_at=call.started_at or received_at,
        started_known=call.started_at is not None,
        received_at=received_at,
        direction=call.direction,
        agent=call.agent,
        agent_id=agent_id,
        team_id=team_named(session, call.team).id if call.team else team_id,
        number=call.remote_number,
        number_key=number_key(call.remote_number),
        customer=call.remote_name,
        queue=call.queue,
        state=CallState.RECEIVED,
        sound_sha256=sound.sha256,
        sound_file=sound.file,
        customer_sound_file=sound.customer_file,
        source=sound.source,
        agent_right=agent_right,
    )
    session.add(row)
    session.flush()
    set_tags(session, row.pk, call.tags)
    emit(session, EventKind.CALL_ENDED, row.pk, {"direction": call.direction.value, "agent": call.agent})
    return row.pk


def set_tags(session: Session, call_pk: int, names: Sequence[str]) -> None:
    """Make these the tags of a call."""
    session.execute(delete(CallTagRow).where(CallTagRow.call_pk == call_pk))
    for name in dict.fromkeys(names):
        tag_id = session.scalar(select(TagRow.id).where(TagRow.name == name))
        if tag_id is None:
            tag = TagRow(name=name)
            session.add(tag)
            session.flush()
            tag_id = tag.id
        session.add(CallTagRow(call_pk=call_pk, tag_id=tag_id))
    session.flush()


def call_with_sound(session: Session, sha256: str) -> str | None:
    """Return the id of the call whose recording has this hash, whoever may see it; None if there is none."""
    return session.scalar(select(CallRow.id).where(CallRow.sound_sha256 == sha256))


def call_exists(session: Session, call_id: str) -> bool:
    """Whether there is a call of this id, whoever may see it."""
    return session.scalar(select(CallRow.pk).where(CallRow.id == call_id)) is not None


def key_of_call(session: Session, call_id: str) -> int:
    """Return the key of a call, whoever may see it; it must be there."""
    return session.scalars(select(CallRow.pk).where(CallRow.id == call_id)).one()


def get_call(session: Session, principal: Principal, call_id: str) -> CallSummary:
    """Return one call.

    Raises:
        NotFoundError: there is none of this id, or the principal may not know of it: the two look alike.
    """
    row = session.execute(summaries().where(CallRow.id == call_id, visible_to(principal))).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no call {call_id!r} among those you may see. Check the address.",
            f"您能看到的通话里没有 {call_id}。请检查地址。",
        )
    return summaries_of(session, [row])[0]


def summaries() -> Select[CallRow, str, str]:
    """Return the query of calls with the names, if known, of agent and team; to be narrowed, sorted and cut."""
    return (
        select(CallRow, PersonRow.name, TeamRow.name)
        .outerjoin(PersonRow, PersonRow.id == CallRow.agent_id)
        .outerjoin(TeamRow, TeamRow.id == CallRow.team_id)
    )


def summaries_of(session: Session, rows: Sequence[Row[CallRow, str, str]]) -> list[CallSummary]:
    """Return what `summaries` found, with tags."""
    tags = _tags_of(session, [row[0].pk for row in rows])
    return [_summary(call, agent, team, tags.get(call.pk, ())) for call, agent, team in rows]


def _tags_of(session: Session, pks: Sequence[int]) -> dict[int, tuple[str, ...]]:
    wanted = select(CallTagRow.call_pk, TagRow.name).join(TagRow, TagRow.id == CallTagRow.tag_id)
    found: dict[int, tuple[str, ...]] = {}
    for pk, name in session.execute(wanted.where(CallTagRow.call_pk.in_(pks)).order_by(TagRow.name)):
        found[pk] = (*found.get(pk, ()), name)
    return found


_SAME = (
    *("pk", "id", "started_at", "started_known", "received_at", "direction", "agent_id", "team_id", "number"),
    *("customer", "queue", "duration_s", "state", "error", "score", "reviewed_score", "reviewed", "finding_count"),
    *("worst_severity", "sound_file", "customer_sound_file", "heard_file", "source"),
)
"""Fields that are called the same in the row and in the summary."""


def _summary(row: CallRow, agent: str | None, team: str | None, tags: tuple[str, ...]) -> CallSummary:
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return CallSummary(agent=agent or row.agent, team=team or "", tags=tags, **same)
