"""Time in states: cut to when the agent was signed in, and to the stretch that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callcoach.around.presence_time import PresenceChange, Span, merged, seconds_in_states

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def span(begin: float, end: float) -> Span:
    return Span(at(begin), at(end))


CHANGES = (
    PresenceChange(at(-600), "ready"),
    PresenceChange(at(30), "not_ready", "小休"),
    PresenceChange(at(40), "ready"),
    PresenceChange(at(50), "after_call"),
    PresenceChange(at(51), "ready"),
)


def test_states_count_while_signed_in_within_the_stretch() -> None:
    found = seconds_in_states(CHANGES, [span(0, 60)], span(10, 120))
    assert found == {("ready", ""): 60 * (20 + 10 + 9), ("not_ready", "小休"): 600, ("after_call", ""): 60}


def test_who_went_home_ready_is_not_ready_all_night() -> None:
    found = seconds_in_states(CHANGES[:1], [span(0, 10), span(100, 105)], span(0, 24 * 60))
    assert found == {("ready", ""): 15 * 60}


def test_a_phone_that_took_anothers_place_counts_once() -> None:
    spans = [span(20, 40), span(0, 30), span(40, 41), span(60, 61), span(70, 70)]
    assert list(merged(spans)) == [span(0, 41), span(60, 61)]
    assert seconds_in_states(CHANGES[:1], spans, span(0, 100)) == {("ready", ""): 42 * 60}


def test_nobody_who_never_said_anything_or_was_never_there_is_counted() -> None:
    assert seconds_in_states((), [span(0, 10)], span(0, 60)) == {}
    assert seconds_in_states(CHANGES, [], span(0, 60)) == {}
