from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from callcoach.datapath import Speaker
from callcoach.errors import AccessError, ConflictError, InputError
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
from callcoach.review.guards import Actor, Wanted, check, open_steps, unjudged
from callcoach.review.sheet import Judgement, Review, fold
from callcoach.review.stages import Stage, Step
from tests.review.acts import stories
from tests.review.builders import AGENT, BASIS, DURATION_S, FINDINGS, FIRST, NOON, RULE, SECOND, events_of

UNTIL = NOON + timedelta(days=7)
JUDGED = [Judge(one.id, Verdict.CONFIRMED) for one in FINDINGS]
PUBLISHED = events_of(*JUDGED, Finish(UNTIL))
APPEALED = events_of(*JUDGED, Finish(UNTIL), (Appeal(("f1",)), AGENT, "没有"))


def attempt(
    act: Act, events: Sequence[Event] = (), person: int | None = FIRST, reason: str = "因为", at: datetime = NOON
) -> None:
    check(Wanted(act, reason, Actor(person, person == AGENT), at), BASIS, fold(events), events)


@pytest.mark.parametrize(
    ("act", "events"),
    [
        (Judge("f1", Verdict.CONFIRMED), []),
        (AddFinding(RULE, Speaker.AGENT, 1.0, DURATION_S), []),
        (AddNote(DURATION_S, "完"), []),
        (OverrideDimension("language", 40.0), []),
        (Undo(1), events_of(*JUDGED)),
        (Finish(UNTIL), events_of(*JUDGED)),
        (Reopen(), PUBLISHED),
    ],
)
def test_a_reviewer_may(act: Act, events: list[Event]) -> None:
    attempt(act, events)


@pytest.mark.parametrize("act", [Read(), Acknowledge(), Appeal(("f1", "f3"), ("language",))])
def test_the_agent_may_within_the_time(act: Act) -> None:
    attempt(act, PUBLISHED, AGENT)
    with pytest.raises(AccessError, match="Only the agent"):
        attempt(act, PUBLISHED, FIRST)


@pytest.mark.parametrize(
    "act", [Judge("f1", Verdict.CONFIRMED), AddNote(1.0, "x"), Finish(UNTIL), OverrideDimension("language", 1.0)]
)
def test_nobody_reviews_their_own_call(act: Act) -> None:
    with pytest.raises(AccessError, match="own call"):
        attempt(act, [], AGENT)


@pytest.mark.parametrize("act", [Decide(Outcome.UPHELD), Judge("f1", Verdict.REJECTED), Undo(1)])
def test_an_appeal_is_for_a_second_reviewer(act: Act) -> None:
    attempt(act, APPEALED, SECOND)
    with pytest.raises(AccessError, match="no hand in the first review"):
        attempt(act, APPEALED, FIRST)


def test_who_edited_before_a_reopening_is_a_first_reviewer_too() -> None:
    events = events_of(
        *JUDGED, Finish(UNTIL), (Reopen(), SECOND, "再看"), (Finish(UNTIL), SECOND), (Appeal(("f1",)), AGENT, "没有")
    )
    for person in (FIRST, SECOND):
        with pytest.raises(AccessError):
            attempt(Decide(Outcome.REJECTED), events, person)


@pytest.mark.parametrize(
    ("act", "events"),
    [
        (Judge("f1", Verdict.REJECTED), []),
        (OverrideDimension("language", 1.0), []),
        (Reopen(), PUBLISHED),
        (Decide(Outcome.UPHELD), APPEALED),
    ],
)
def test_a_reason_is_asked_for(act: Act, events: list[Event]) -> None:
    with pytest.raises(InputError, match="reason is missing"):
        attempt(act, events, SECOND, reason="  ")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Judge("f9", Verdict.CONFIRMED), "no finding 'f9'; it has: f1, f2, f3"),
        (AddFinding(RULE, Speaker.AGENT, 1.0, DURATION_S + 1), "end 61 s lies outside the recording, which has 60 s"),
        (AddNote(-0.1, "x"), "moment -0.1 s lies outside"),
        (OverrideDimension("charm", 1.0), "no dimension 'charm'"),
        (OverrideDimension("language", 40.5), "at most 40 points, got 40.5"),
        (Undo(9), "no event 9 to undo; the last one is 0"),
    ],
)
def test_what_the_call_does_not_have_is_told(act: Act, said: str) -> None:
    with pytest.raises(InputError, match=said):
        attempt(act)


def test_an_appeal_names_something_that_stands() -> None:
    for appeal in (Appeal(), Appeal(("f9",)), Appeal((), ("charm",))):
        with pytest.raises(InputError):
            attempt(appeal, PUBLISHED, AGENT)
    rejected = events_of(*JUDGED, (Judge("f1", Verdict.REJECTED), FIRST, "误报"), Finish(UNTIL))
    with pytest.raises(InputError, match="no finding 'f1'"):
        attempt(Appeal(("f1",)), rejected, AGENT)


def test_a_review_is_finished_when_everything_has_a_verdict() -> None:
    events = events_of(JUDGED[0])
    assert unjudged(BASIS, fold(events)) == ("f2", "f3")
    with pytest.raises(ConflictError, match="2 findings have no verdict yet: f2, f3"):
        attempt(Finish(UNTIL), events)


def test_undone_twice_or_what_cannot_be_undone_is_told() -> None:
    with pytest.raises(ConflictError, match="already undone"):
        attempt(Undo(1), events_of(JUDGED[0], Undo(1)))
    with pytest.raises(InputError, match="Event 4 is a finish, which cannot be undone"):
        attempt(Undo(4), PUBLISHED)


def test_time_ends_the_agents_right_and_begins_the_lapse() -> None:
    attempt(Appeal(("f1",)), PUBLISHED, AGENT, at=UNTIL - timedelta(seconds=1))
    with pytest.raises(ConflictError, match=r"ended at 2026-01-12T04:00:00\+00:00"):
        attempt(Appeal(("f1",)), PUBLISHED, AGENT, at=UNTIL)
    attempt(Lapse(), PUBLISHED, None, at=UNTIL)
    with pytest.raises(ConflictError, match="not passed yet"):
        attempt(Lapse(), PUBLISHED, None, at=UNTIL - timedelta(seconds=1))
    with pytest.raises(AccessError):
        attempt(Lapse(), PUBLISHED, FIRST, at=UNTIL)


@given(stories())
def test_no_story_lets_the_agent_review_or_the_first_reviewer_decide(events: list[Event]) -> None:
    for index, event in enumerate(events):
        if isinstance(event.act, Decide):
            assert event.person_id not in fold(events[:index]).reviewer_ids
        if event.person_id == AGENT:
            assert isinstance(event.act, Read | Acknowledge | Appeal)


ACTS: dict[Step, Act] = {
    Step.EDIT: CorrectTurn(0, "您好", "你好"),
    Step.NOTE: AddNote(1.0, "好"),
    Step.FINISH: Finish(None),
    Step.REOPEN: Reopen(),
    Step.READ: Read(),
    Step.ACKNOWLEDGE: Acknowledge(),
    Step.APPEAL: Appeal((), ("language",)),
    Step.DECIDE: Decide(Outcome.REJECTED),
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("actor", [Actor(FIRST), Actor(SECOND), Actor(AGENT, is_the_agent=True)])
@pytest.mark.parametrize("hours", [1, 30])
def test_the_steps_offered_are_those_that_are_admitted(stage: Stage, actor: Actor, hours: int) -> None:
    event = Event(1, NOON, FIRST, Judge("f1", Verdict.CONFIRMED))
    judged = {one.id: Judgement(Verdict.CONFIRMED, event) for one in FINDINGS}
    until = None if stage in (Stage.UNREVIEWED, Stage.IN_REVIEW) else NOON + timedelta(days=1)
    review = Review(stage=stage, judgements=judged, reviewer_ids=frozenset({FIRST}), appeal_until=until)
    at = NOON + timedelta(hours=hours)
    admitted: set[Step] = set()
    for step, act in ACTS.items():
        try:
            check(Wanted(act, "因为", actor, at), BASIS, review, ())
        except (AccessError, ConflictError):
            continue
        admitted.add(step)
    assert open_steps(actor, review, at) == admitted
