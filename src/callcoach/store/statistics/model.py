"""What statistics are asked for, and what they tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class GroupBy(StrEnum):
    """What each line of the statistics is about."""

    AGENT = "agent"
    TEAM = "team"
    QUEUE = "queue"
    DAY = "day"


Key = int | str | date | None
"""Of a line: a person's or team's id, a queue's name, a day; None: not known."""


@dataclass(frozen=True, slots=True)
class StatisticsFilter:
    """Days of the site's zone, both included; and whose."""

    first: date
    last: date
    zone: ZoneInfo
    team_id: int | None = None
    person_id: int | None = None

    @property
    def begin(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """When the last day ends."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    @property
    def days(self) -> Iterator[tuple[date, datetime, datetime]]:
        """Each day with its begin and its end."""
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            begin = datetime.combine(day, time(), self.zone)
            yield day, begin, datetime.combine(day + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Calls, counted. Times in seconds; averages rest on the calls whose time is known."""

    inbound: int = 0
    outbound: int = 0
    other: int = 0
    """Answered calls whose direction the telephone system did not tell."""
    answered_in: int = 0
    answered_out: int = 0
    missed: int = 0
    """Incoming calls that nobody answered, those that were turned away included."""
    turned_away: int = 0
    ring_s: float = 0.0
    """Of answered incoming calls."""
    rung: int = 0
    talk_s: float = 0.0
    talked: int = 0
    told_in: int = 0
    """Incoming calls that a telephone told of: of the others nobody knows what was missed."""

    def __add__(self, other: CallFigures) -> CallFigures:
        """Return both together."""
        return CallFigures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(CallFigures)))

    @property
    def calls(self) -> int:
        """All calls."""
        return self.inbound + self.outbound + self.other

    @property
    def answer_rate(self) -> float | None:
        """Share of incoming calls that were answered, of those a telephone told of, 0 to 1."""
        return 1 - self.missed / self.told_in if self.told_in else None

    @property
    def mean_ring_s(self) -> float | None:
        """Seconds an answered incoming call rang."""
        return self.ring_s / self.rung if self.rung else None

    @property
    def mean_talk_s(self) -> float | None:
        """Seconds a call was talked on."""
        return self.talk_s / self.talked if self.talked else None


@dataclass(frozen=True, slots=True)
class TimeFigures:
    """Agents' time while signed in, in seconds."""

    states: dict[str, float] = field(default_factory=dict[str, float])
    """By state of presence."""
    reasons: dict[str, float] = field(default_factory=dict[str, float])
    """Of being not ready, by its reason."""

    def __add__(self, other: TimeFigures) -> TimeFigures:
        """Return both together."""
        return TimeFigures(_sum(self.states, other.states), _sum(self.reasons, other.reasons))

    @property
    def signed_in_s(self) -> float:
        """All of it."""
        return sum(self.states.values())

    def occupancy(self, talk_s: float) -> float | None:
        """Return the share of the time available for calls that was spent on them and their paperwork, 0 to 1.

        Available is who is ready or in after-call work; time talked while not ready counts on both sides.
        """
        after_call = self.states.get("after_call", 0.0)
        available = self.states.get("ready", 0.0) + after_call
        return min(1.0, (talk_s + after_call) / available) if available else None


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """What came of a campaign's attempts."""

    id: int
    name: str
    attempts: int
    answered: int
    tried: int
    """Numbers that were called."""
    reached: int
    """Of those, numbers at which somebody answered."""
    results: dict[str, int]


@dataclass(frozen=True, slots=True)
class CallbackFigures:
    """Callbacks that were due."""

    due: int = 0
    kept: int = 0
    kept_late: int = 0
    missed: int = 0
    """Overdue, and nobody has called."""
    waiting: int = 0
    given_up: int = 0
    drafts: int = 0
    escalated: int = 0


@dataclass(frozen=True, slots=True)
class ComplaintFigures:
    """Complaints that were recorded."""

    recorded: int = 0
    open: int = 0
    settled: int = 0
    dismissed: int = 0
    over_deadline: int = 0
    """Not settled by the deadline of the whole."""
    late_steps: int = 0
    by_demand: dict[str, int] = field(default_factory=dict[str, int])
    by_level: dict[int, int] = field(default_factory=dict[int, int])
    mean_settle_h: float | None = None


@dataclass(frozen=True, slots=True)
class ScriptFigures:
    """How far a script was followed."""

    name: str
    version: int
    runs: int
    complete: int
    """Runs in which no step that may not be left out was missing."""
    steps: tuple[tuple[str, bool, int], ...]
    """Title, whether it may be left out, how often it was ticked."""


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """Answers to one question, in whatever version it was asked with these words."""

    survey: str
    text: str
    kind: str
    counts: dict[int, int]


@dataclass(frozen=True, slots=True)
class FollowUpFigures:
    """Follow-ups that were due, by their state."""

    states: dict[str, int] = field(default_factory=dict[str, int])
    dissatisfied: int = 0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What customers said: answers to the first question of 1 to 5, and of 0 to 10, of each that answered."""

    ratings: dict[int, int] = field(default_factory=dict[int, int])
    recommends: dict[int, int] = field(default_factory=dict[int, int])


def _sum(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {**one, **other}}
