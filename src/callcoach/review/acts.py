"""What can be done in a review, and the event that keeps it: who, when, what, why.

Plain frozen data. An event is never changed or removed; an `Undo` takes an earlier one out of force.
Times in a call are seconds from the start of the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from callcoach.datapath import MAX_SCORE, Severity, Speaker


class Verdict(StrEnum):
    """What a person says of one finding of the machine."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """How an appeal ended."""

    UPHELD = "upheld"
    """The agent was right."""
    PARTLY = "partly"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule as far as a finding added by hand needs it; kept in the event, so that it outlives the rulebook."""

    id: str
    version: int
    name_zh: str
    name_en: str
    category: str
    severity: Severity
    dimension: str = ""
    points: float | None = None
    advice_zh: str = ""
    advice_en: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """Confirm or reject a finding of the machine."""

    finding_id: str
    verdict: Verdict
    kind: Literal["judge"] = "judge"


@dataclass(frozen=True, slots=True)
class AddFinding:
    """Add a finding the machine missed, by a stretch of sound."""

    rule: RuleFacts
    speaker: Speaker
    start_s: float
    end_s: float
    note: str = ""
    kind: Literal["add_finding"] = "add_finding"

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"AddFinding: expected 0 <= start < end, got {self.start_s} s to {self.end_s} s")


@dataclass(frozen=True, slots=True)
class CorrectTurn:
    """Say what was really said in a turn; the machine's text is kept beside it."""

    turn: int
    text: str
    machine_text: str
    kind: Literal["correct_turn"] = "correct_turn"


@dataclass(frozen=True, slots=True)
class OverrideDimension:
    """Set what a dimension has left, whatever its findings take."""

    dimension: str
    points: float
    kind: Literal["override_dimension"] = "override_dimension"

    def __post_init__(self) -> None:
        if not 0 <= self.points <= MAX_SCORE:
            raise ValueError(f"OverrideDimension: expected 0 to {MAX_SCORE:g} points, got {self.points}")


@dataclass(frozen=True, slots=True)
class AddNote:
    """Say something about a moment of the call."""

    at_s: float
    text: str
    kind: Literal["add_note"] = "add_note"


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the event of this number out of force; of an `Undo`: bring back what that one took out."""

    number: int
    kind: Literal["undo"] = "undo"


@dataclass(frozen=True, slots=True)
class Finish:
    """End the review: the agent may read it, and may appeal until the time given."""

    appeal_until: datetime | None
    kind: Literal["finish"] = "finish"


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take a finished review up again."""

    kind: Literal["reopen"] = "reopen"


@dataclass(frozen=True, slots=True)
class Read:
    """The agent has opened the finished review."""

    kind: Literal["read"] = "read"


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The agent accepts the review."""

    kind: Literal["acknowledge"] = "acknowledge"


@dataclass(frozen=True, slots=True)
class Appeal:
    """The agent objects to findings or dimensions; the event's reason says why."""

    finding_ids: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    kind: Literal["appeal"] = "appeal"


@dataclass(frozen=True, slots=True)
class Decide:
    """A second reviewer ends an appeal, for good; the event's reason says why."""

    outcome: Outcome
    kind: Literal["decide"] = "decide"


@dataclass(frozen=True, slots=True)
class Lapse:
    """The time for an appeal has passed; the installation itself notes it."""

    kind: Literal["lapse"] = "lapse"


Edit = Judge | AddFinding | CorrectTurn | OverrideDimension
"""What changes the findings, the words or the score."""
Undoable = Edit | AddNote | Undo
Act = Undoable | Finish | Reopen | Read | Acknowledge | Appeal | Decide | Lapse


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done in a review. `number` counts from 1; the number of the last event is the review's version."""

    number: int
    at: datetime
    person_id: int | None
    """Who did it; None: the installation itself."""
    act: Act
    reason: str = ""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"Event.number: expected at least 1, got {self.number}")
        if self.at.tzinfo is None:
            raise ValueError("Event.at: expected a time with a time zone")
        if isinstance(self.act, Undo) and not 1 <= self.act.number < self.number:
            raise ValueError(f"Event {self.number}: an undo names an earlier event, got {self.act.number}")
