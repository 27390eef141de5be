"""What a plan would draw from a period, as the calls are now: by the lots of the draw itself, assigning nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.principal import Principal
from callcoach.review.periods import Period
from callcoach.review.sampling import draw
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.model import CallSummary
from callcoach.store.reviews.plans import PlanTerms, candidates
from callcoach.store.tables import CallRow, PersonRow
from callcoach.store.visibility import visible_to

SHOWN = 20
"""Calls of a sample that are shown with their facts."""
_PART = 5000
"""Ids in one query: SQLite admits 32,766 parameters."""


@dataclass(frozen=True, slots=True)
class AgentShare:
    """How many of an agent's calls could be drawn, and how many were."""

    agent: str
    """Name; empty: the calls' agent is not known."""
    candidates: int
    drawn: int


@dataclass(frozen=True, slots=True)
class DrawPreview:
    """A draw that is not made."""

    period: Period
    candidates: int
    drawn: tuple[str, ...]
    """Ids of calls, the most urgent first."""
    agents: tuple[AgentShare, ...]
    """Of the calls the reader may see; who has most drawn comes first."""
    first: tuple[CallSummary, ...]
    """The first calls of the sample that the reader may see."""


def preview_draw(session: Session, principal: Principal, terms: PlanTerms, period: Period) -> DrawPreview:
    """Return what the terms draw from a period. The same terms draw the same calls later, if these stay as they are."""
    found = candidates(session, terms, period)
    drawn = draw(terms.draw, period.key, found)
    return DrawPreview(
        period,
        len(found),
        drawn,
        _shares(session, principal, [one.call_id for one in found], frozenset(drawn)),
        _first(session, principal, drawn[:SHOWN]),
    )


def _shares(
    session: Session, principal: Principal, call_ids: Sequence[str], drawn: frozenset[str]
) -> tuple[AgentShare, ...]:
    could: Counter[str] = Counter()
    were: Counter[str] = Counter()
    for start in range(0, len(call_ids), _PART):
        query = (
            select(CallRow.id, CallRow.agent, PersonRow.name)
            .outerjoin(PersonRow, PersonRow.id == CallRow.agent_id)
            .where(CallRow.id.in_(call_ids[start : start + _PART]), visible_to(principal))
        )
        for call_id, said, name in session.execute(query):
            could[name or said] += 1
            were[name or said] += call_id in drawn
    shares = (AgentShare(agent, count, were[agent]) for agent, count in could.items())
    return tuple(sorted(shares, key=lambda one: (-one.drawn, -one.candidates, one.agent)))


def _first(session: Session, principal: Principal, drawn: Sequence[str]) -> tuple[CallSummary, ...]:
    rows = session.execute(summaries().where(CallRow.id.in_(drawn), visible_to(principal))).all()
    found = {one.id: one for one in summaries_of(session, rows)}
    return tuple(found[call_id] for call_id in drawn if call_id in found)
