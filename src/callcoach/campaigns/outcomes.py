"""What becomes of a call to a number of a list, and what follows: when it is tried again, or why it is not.

Sources of the codes: RFC 3261 section 21; 480 and 408 are what networks answer for a telephone that nobody takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class LeadState(StrEnum):
    """Where a number of a list stands."""

    OPEN = "open"
    RESERVED = "reserved"
    """An agent has it before them, or it is being dialled; ends by itself after a while."""
    CALLED = "called"
    """Somebody answered; the result is still to be noted."""
    DONE = "done"
    LATER = "later"
    """To be called again, from a moment on."""
    FAILED = "failed"
    """Not called again: given up, wrong, or on the do-not-call list."""


class CampaignMode(StrEnum):
    """Who decides when a number is dialled."""

    PREVIEW = "preview"
    """The agent, with the customer's card before them."""
    PROGRESSIVE = "progressive"
    """The server, whenever the agent is ready and idle."""


class CampaignState(StrEnum):
    """Whether numbers of a campaign are called."""

    PAUSED = "paused"
    RUNNING = "running"
    ENDED = "ended"


class Outcome(StrEnum):
    """How an attempt ended."""

    DIALLING = "dialling"
    """It goes on."""
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    FAULT = "fault"
    """The telephone system or the agent's phone could not; the customer's telephone never rang."""
    CANCELLED = "cancelled"
    """The agent hung up before anybody answered."""
    LOST = "lost"
    """The server stopped in between; nobody knows."""


BUSY_CODES = frozenset({486, 600, 603})
NO_ANSWER_CODES = frozenset({408, 480, 487})
WRONG_CODES = frozenset({404, 410, 484, 604})
FAULT_AGAIN = timedelta(minutes=5)
"""A fault of the telephone system is tried again after this, and does not count as an attempt."""
MOST_FAULTS = 3
"""Faults in a row after which a campaign pauses itself: the telephone system needs somebody's look."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and when a number is tried again."""

    max_attempts: int
    busy_min: int
    no_answer_min: int


def outcome_of(code: int, *, answered: bool, by_agent: bool) -> Outcome:
    """Return how an attempt ended, by the SIP status of the end and who ended it."""
    if answered:
        return Outcome.ANSWERED
    if by_agent:
        return Outcome.CANCELLED
    if code in BUSY_CODES:
        return Outcome.BUSY
    if code in WRONG_CODES:
        return Outcome.WRONG_NUMBER
    return Outcome.NO_ANSWER if code in NO_ANSWER_CODES else Outcome.FAULT


def counts(outcome: Outcome) -> bool:
    """Whether an attempt that ended so is one of those a number has."""
    return outcome is not Outcome.FAULT


def after_attempt(
    outcome: Outcome, attempts: int, patience: Patience, now: datetime
) -> tuple[LeadState, datetime | None]:
    """Return the state of a number after an attempt, and when it is tried again.

    Args:
        outcome: how the attempt ended.
        attempts: how many counted attempts the number has had, this one included.
        patience: what the campaign allows.
        now: the end of the attempt.
    """
    if outcome is Outcome.ANSWERED:
        return LeadState.CALLED, None
    if outcome is Outcome.FAULT:
        return LeadState.LATER, now + FAULT_AGAIN
    if outcome is Outcome.WRONG_NUMBER or attempts >= patience.max_attempts:
        return LeadState.FAILED, None
    pause_min = patience.busy_min if outcome is Outcome.BUSY else patience.no_answer_min
    return LeadState.LATER, now + timedelta(minutes=pause_min)
