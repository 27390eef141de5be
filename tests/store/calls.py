"""Calls to put into a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from callcoach.datapath import Call, Direction
from callcoach.store.calls import add_call
from callcoach.store.model import StoredSound

FIRST = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def put_call(session: Session, number: int, *, agent: str = "", team: str = "", tags: tuple[str, ...] = ()) -> str:
    """Add the call `c<number>`, a minute after the one before."""
    call = Call(
        id=f"c{number}",
        direction=Direction.INBOUND if number % 2 else Direction.OUTBOUND,
        agent=agent,
        team=team,
        remote_number=f"138{number:08}",
        started_at=FIRST + timedelta(minutes=number),
        tags=tags,
    )
    add_call(session, call, StoredSound(f"hash{number}", "call.wav", source="call.wav"))
    return call.id
