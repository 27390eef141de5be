"""What an attempt ends as, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcoach.campaigns.outcomes import FAULT_AGAIN, LeadState, Outcome, Patience, after_attempt, counts, outcome_of

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
PATIENCE = Patience(max_attempts=3, busy_min=10, no_answer_min=120)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (486, Outcome.BUSY),
        (600, Outcome.BUSY),
        (603, Outcome.BUSY),
        (480, Outcome.NO_ANSWER),
        (408, Outcome.NO_ANSWER),
        (487, Outcome.NO_ANSWER),
        (404, Outcome.WRONG_NUMBER),
        (484, Outcome.WRONG_NUMBER),
        (403, Outcome.FAULT),
        (503, Outcome.FAULT),
    ],
)
def test_what_the_telephone_system_says(code: int, outcome: Outcome) -> None:
    assert outcome_of(code, answered=False, by_agent=False) is outcome
    assert outcome_of(code, answered=True, by_agent=False) is Outcome.ANSWERED
    assert outcome_of(code, answered=False, by_agent=True) is Outcome.CANCELLED


@pytest.mark.parametrize(
    ("outcome", "attempts", "state", "pause"),
    [
        (Outcome.ANSWERED, 3, LeadState.CALLED, None),
        (Outcome.BUSY, 1, LeadState.LATER, timedelta(minutes=10)),
        (Outcome.NO_ANSWER, 2, LeadState.LATER, timedelta(minutes=120)),
        (Outcome.LOST, 1, LeadState.LATER, timedelta(minutes=120)),
        (Outcome.CANCELLED, 1, LeadState.LATER, timedelta(minutes=120)),
        (Outcome.BUSY, 3, LeadState.FAILED, None),
        (Outcome.WRONG_NUMBER, 1, LeadState.FAILED, None),
        (Outcome.FAULT, 9, LeadState.LATER, FAULT_AGAIN),
    ],
)
def test_what_follows(outcome: Outcome, attempts: int, state: LeadState, pause: timedelta | None) -> None:
    assert after_attempt(outcome, attempts, PATIENCE, NOW) == (state, None if pause is None else NOW + pause)


def test_a_fault_of_the_telephone_system_is_no_attempt() -> None:
    assert [one for one in Outcome if not counts(one)] == [Outcome.FAULT]
