"""What a condition says it saw, before a rule makes a finding of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcoach.datapath import Severity, Speaker


class Need(StrEnum):
    """What a condition cannot do without. A call that lacks it leaves the rule unevaluated."""

    SEPARATED = "separated"
    EVENTS = "events"
    LEVELS = "levels"
    WORDS = "words"
    PITCH = "pitch"
    DIRECTION = "direction"
    ENDED_BY = "ended_by"
    END_REASON = "end_reason"


@dataclass(frozen=True, slots=True)
class Note:
    """What else was measured at a place, in Chinese and English; empty: nothing."""

    zh: str = ""
    en: str = ""


NOTHING_ELSE = Note()


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a condition holds.

    `text_span` counts characters of the turn's own text. `severity` overrides the rule's when the
    measure itself tells mild from grave (5 s of silence against 10 s).
    """

    speaker: Speaker
    start_s: float
    end_s: float
    turn_index: int | None = None
    text_span: tuple[int, int] | None = None
    quote: str = ""
    value: float | None = None
    threshold: float | None = None
    unit: str = ""
    confidence: float = 1.0
    severity: Severity | None = None
    note: Note = NOTHING_ELSE


@dataclass(frozen=True, slots=True)
class SetAside:
    """A stretch that a condition measured and left out, with the cause that excuses it."""

    start_s: float
    end_s: float
    value: float
    unit: str
    cause: Note


def is_near(one: Match, other: Match, within_s: float | None, within_turns: int | None) -> bool:
    """Whether two places lie within so many seconds, and so many turns, of each other; None: no such limit."""
    gap_s = max(other.start_s - one.end_s, one.start_s - other.end_s, 0.0)
    if within_s is not None and gap_s > within_s:
        return False
    if within_turns is None:
        return True
    if one.turn_index is None or other.turn_index is None:
        return False
    return abs(one.turn_index - other.turn_index) <= within_turns


def overlap(one: Match, other: Match) -> bool:
    """Whether two places share some text or, where they do not stand in the text of one turn, some time."""
    if one.turn_index is not None and one.turn_index == other.turn_index and one.text_span and other.text_span:
        return one.text_span[0] < other.text_span[1] and other.text_span[0] < one.text_span[1]
    return one.start_s < other.end_s and other.start_s < one.end_s
