from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.datapath import Speaker
from callcoach.review.acts import (
    AddFinding,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Event,
    Finish,
    Judge,
    Outcome,
    OverrideDimension,
    Reopen,
    Undo,
    Undoable,
    Verdict,
)
from callcoach.review.sheet import Review, added_id, finding_ids, fold
from callcoach.review.stages import STAGES, IllegalStepError, Stage
from tests.review.acts import edits, stories, undoables
from tests.review.builders import AGENT, FINDINGS, FIRST, NOON, RULE, SECOND, events_of


def content(review: Review) -> Review:
    """What stands, without which events made it so."""
    return replace(review, version=0, out_of_force=frozenset(), reviewer_ids=frozenset(), stage=Stage.UNREVIEWED)


def test_nothing_done_is_nothing_standing() -> None:
    assert fold([]) == Review()


def test_the_last_verdict_stands_and_undo_brings_the_one_before_back() -> None:
    events = events_of(Judge("f1", Verdict.CONFIRMED), Judge("f1", Verdict.REJECTED))
    assert fold(events).judgements["f1"].verdict is Verdict.REJECTED
    events = events_of(*(event.act for event in events), Undo(2))
    assert fold(events).judgements["f1"].verdict is Verdict.CONFIRMED
    events = events_of(*(event.act for event in events), Undo(3))
    assert fold(events).judgements["f1"].verdict is Verdict.REJECTED


def test_each_act_leaves_what_it_says() -> None:
    events = events_of(
        AddFinding(RULE, Speaker.AGENT, 3.0, 4.0, "态度生硬"),
        CorrectTurn(2, "您好", "你好"),
        (OverrideDimension("language", 30.0), FIRST, "情有可原"),
        AddNote(5.0, "这里很好"),
    )
    review = fold(events)
    added = review.added[1]
    assert (added.id, added.rule_id, added.quote, added.start_s) == (added_id(1), "neg.no", "态度生硬", 3.0)
    assert (review.corrections[2].text, review.corrections[2].machine_text) == ("您好", "你好")
    assert (review.overrides["language"].points, review.overrides["language"].event.reason) == (30.0, "情有可原")
    assert [(note.at_s, note.text) for note in review.notes] == [(5.0, "这里很好")]


def test_an_appeal_and_its_end_are_kept() -> None:
    events = events_of(
        Judge("f1", Verdict.CONFIRMED),
        Finish(NOON + timedelta(days=7)),
        (Appeal(("f1",)), AGENT, "我没有说"),
        (Judge("f1", Verdict.REJECTED), SECOND, "确实没有"),
        (Decide(Outcome.UPHELD), SECOND, "听了两遍"),
    )
    review = fold(events)
    assert review.stage is Stage.DECIDED
    assert review.appeal is not None
    assert review.appeal.outcome is Outcome.UPHELD
    assert review.reviewer_ids == {FIRST}
    assert finding_ids(review, FINDINGS) == {"f2", "f3"}


def test_a_reopened_review_has_no_deadline() -> None:
    events = events_of(Finish(NOON + timedelta(days=7)), (Reopen(), FIRST, "看错了"))
    assert (fold(events).stage, fold(events).appeal_until) == (Stage.IN_REVIEW, None)


def test_a_gap_in_the_history_is_told() -> None:
    events = events_of(AddNote(1.0, "a"), AddNote(2.0, "b"))
    with pytest.raises(ValueError, match="without a gap"):
        fold(events[1:])


def test_an_event_that_does_not_fit_is_refused() -> None:
    with pytest.raises(IllegalStepError):
        fold(events_of(Decide(Outcome.UPHELD)))


@pytest.mark.parametrize("number", [0, 3, 4])
def test_an_undo_names_an_earlier_event(number: int) -> None:
    with pytest.raises(ValueError, match="an undo names an earlier event"):
        Event(3, NOON, FIRST, Undo(number))


@given(stories())
def test_the_same_events_give_the_same_review(events: list[Event]) -> None:
    assert fold(events) == fold(list(events))
    assert fold(events).version == len(events)


@given(stories(), undoables)
def test_undoing_the_last_brings_back_what_stood_and_undoing_that_what_it_did(
    events: list[Event], act: Undoable
) -> None:
    number = len(events) + 1
    try:
        before, done = fold(events), fold([*events, Event(number, NOON, FIRST, act)])
    except IllegalStepError:
        return
    undone = [*events, Event(number, NOON, FIRST, act), Event(number + 1, NOON, FIRST, Undo(number))]
    assert content(fold(undone)) == content(before)
    redone = [*undone, Event(number + 2, NOON, FIRST, Undo(number + 1))]
    assert content(fold(redone)) == content(done)


@given(st.lists(edits, min_size=1, max_size=8), st.data())
def test_undoing_everything_in_any_order_leaves_nothing(acts: list[Undoable], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(1, len(acts) + 1)))
    review = fold(events_of(*acts, *(Undo(number) for number in order)))
    assert content(review) == Review()
    assert review.out_of_force == set(order)


@given(stories())
def test_an_event_is_never_lost_or_out_of_force_unless_an_undo_says_so(events: list[Event]) -> None:
    out = fold(events).out_of_force
    named = {event.act.number for event in events if isinstance(event.act, Undo)}
    assert out <= named


@given(stories())
def test_every_stage_on_the_way_is_reached_by_the_table(events: list[Event]) -> None:
    stages = [fold(events[:count]).stage for count in range(len(events) + 1)]
    assert all(after in STAGES[before].values() for before, after in itertools.pairwise(stages))
