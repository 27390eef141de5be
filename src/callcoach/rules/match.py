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
