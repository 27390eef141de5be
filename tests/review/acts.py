"""Reviews as hypothesis makes them: any legal story of a call."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from callcoach.datapath import Speaker
from callcoach.errors import CallCoachError
from callcoach.review.acts import (
    Acknowledge,
    Act,
    AddFinding,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Event,
    Finish,
    Judge,
    Lapse,
    Outcome,
    OverrideDimension,
    Read,
    Reopen,
    Undo,
    Verdict,
)
from callcoach.review.guards import Actor, Wanted, check
from callcoach.review.sheet import fold
from tests.review.builders import AGENT, BASIS, DURATION_S, FINDINGS, FIRST, NOON, RULE, SECOND

seconds = st.floats(0.0, DURATION_S)
edits = st.one_of(
    st.builds(Judge, st.sampled_from([one.id for one in FINDINGS]), st.sampled_from(Verdict)),
    st.builds(
        lambda start, length: AddFinding(RULE, Speaker.AGENT, start, start + length),
        st.floats(0.0, DURATION_S - 5.0),
        st.floats(0.1, 5.0),
    ),
    st.builds(CorrectTurn, st.integers(0, 3), st.text(max_size=20), st.just("机器")),
    st.builds(OverrideDimension, st.sampled_from(["language", "attitude"]), st.floats(0.0, 20.0)),
)
undoables = st.one_of(edits, st.builds(AddNote, seconds, st.text(min_size=1, max_size=20)))
acts: st.SearchStrategy[Act] = st.one_of(
    undoables,
    undoables,
    st.builds(Undo, st.integers(1, 12)),
    st.sampled_from(
        [
            *(Finish(NOON + timedelta(days=5)), Finish(NOON), Reopen(), Read(), Acknowledge(), Lapse()),
            *(Appeal(("f1",)), Appeal((), ("language",))),
            *(Decide(outcome) for outcome in Outcome),
        ]
    ),
)


_REVIEWED: list[tuple[Act, int | None]] = [(Judge(one.id, Verdict.CONFIRMED), FIRST) for one in FINDINGS]
_FINISHED: list[tuple[Act, int | None]] = [*_REVIEWED, (Finish(NOON + timedelta(days=5)), FIRST)]
_BEGINNINGS: list[list[tuple[Act, int | None]]] = [
    [],
    _REVIEWED,
    _FINISHED,
    [*_FINISHED, (Read(), AGENT)],
    [*_FINISHED, (Acknowledge(), AGENT)],
    [*_REVIEWED, (Finish(NOON), FIRST), (Lapse(), None)],
    [*_FINISHED, (Appeal(("f1",)), AGENT)],
    [*_FINISHED, (Appeal(("f1",)), AGENT), (Decide(Outcome.PARTLY), SECOND)],
]
"""Chance alone hardly ever finishes a review: stories begin at any point of one."""


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """Events that the guards let through, in order; what they refuse is left out."""
    people = st.sampled_from([FIRST, SECOND, AGENT, None])
    told = [*draw(st.sampled_from(_BEGINNINGS)), *draw(st.lists(st.tuples(acts, people), max_size=20))]
    events: list[Event] = []
    for act, person in told:
        wanted = Wanted(act, "因为", Actor(person, person == AGENT), NOON + timedelta(minutes=len(events)))
        try:
            check(wanted, BASIS, fold(events), events)
        except CallCoachError:
            continue
        events.append(Event(len(events) + 1, wanted.at, person, act, wanted.reason))
    return events
