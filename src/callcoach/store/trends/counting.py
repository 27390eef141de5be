"""What calls come to: sums by agent, by rule, by hour. Plain arithmetic over what the database says of each call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from callcoach.datapath import Severity

BINS = 10
BIN_POINTS = 10.0
"""Width of a bin of scores; the last one holds 100 too."""
CONFIRMED, REJECTED, ADDED = "confirmed", "rejected", "added"
_SERIOUS = (Severity.SERIOUS, Severity.FATAL)

Cell = tuple[int, int]
"""Team and agent; 0 where not known."""
Sums = defaultdict[str, float]
"""By column; what is counted stays whole."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Measures of a call."""

    ring_s: float | None
    silence_s: float
    agent_share: float | None
    talk_overs: int | None


@dataclass(slots=True)
class CountedCall:
    """What is counted of one call."""

    cell: Cell
    started_at: datetime
    duration_s: float
    score: float | None
    reviewed: bool
    reviewed_score: float | None
    measures: Measured | None = None
    machine: list[tuple[str, Severity]] = field(default_factory=list[tuple[str, Severity]])
    """Rule and severity of each finding of the machine that took points."""
    judged: list[tuple[str, Severity, str]] = field(default_factory=list[tuple[str, Severity, str]])
    """Rule, severity and verdict of each finding of its finished review."""

    def standing(self) -> Iterator[tuple[str, Severity]]:
        """Yield what stands after review; without a finished review that is what the machine found."""
        if not self.reviewed:
            yield from self.machine
            return
        yield from ((rule, severity) for rule, severity, verdict in self.judged if verdict != REJECTED)


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums by the names of the columns that keep them."""

    calls: dict[Cell, Sums]
    rules: dict[tuple[Cell, str], Sums]
    hours: dict[tuple[Cell, int, int], Sums]
    """By cell, weekday (0: Monday) and hour."""


def count(calls: Iterable[CountedCall], zone: ZoneInfo) -> Counts:
    """Return what the calls come to."""
    counts = Counts(defaultdict(_nothing), defaultdict(_nothing), defaultdict(_nothing))
    for call in calls:
        standing = list(call.standing())
        _count_call(counts.calls[call.cell], call, standing)
        _count_rules(counts.rules, call, standing)
        at = call.started_at.astimezone(zone)
        _add(counts.hours[call.cell, at.weekday(), at.hour], calls=1, standing=len(standing))
        if call.score is not None:
            _add(counts.hours[call.cell, at.weekday(), at.hour], scored=1, score=call.score)
    return counts


def bin_of(score: float) -> int:
    """Return the bin a score lies in."""
    return min(max(int(score // BIN_POINTS), 0), BINS - 1)


def _nothing() -> Sums:
    return defaultdict(int)


def _add(sums: Sums, **values: float) -> None:
    for name, value in values.items():
        sums[name] += value


def _count_call(sums: Sums, call: CountedCall, standing: list[tuple[str, Severity]]) -> None:
    _add(sums, calls=1, duration_s=call.duration_s, findings=len(call.machine), standing=len(standing))
    _add(sums, serious_calls=int(any(severity in _SERIOUS for _, severity in standing)))
    if call.score is not None:
        _add(sums, scored=1, score=call.score, score_squares=call.score**2)
        sums[f"scores_{bin_of(call.score)}"] += 1
    if call.reviewed_score is not None:
        _add(sums, reviewed=1, reviewed_score=call.reviewed_score)
    measures = call.measures
    if measures is None:
        return
    _add(sums, measured=1, silence_s=measures.silence_s)
    if measures.ring_s is not None:
        _add(sums, rung=1, ring_s=measures.ring_s)
    if measures.agent_share is not None:
        _add(sums, shared=1, agent_share=measures.agent_share, talk_overs=measures.talk_overs or 0)


def _count_rules(rules: dict[tuple[Cell, str], Sums], call: CountedCall, standing: list[tuple[str, Severity]]) -> None:
    for rule, number in Counter(rule for rule, _ in call.machine).items():
        _add(rules[call.cell, rule], findings=number, finding_calls=1, finding_squares=number**2)
    for rule, number in Counter(rule for rule, _ in standing).items():
        _add(rules[call.cell, rule], standing=number, standing_calls=1, standing_squares=number**2)
    for rule, _, verdict in call.judged:
        rules[call.cell, rule][verdict] += 1
