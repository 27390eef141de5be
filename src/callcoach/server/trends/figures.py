"""Figures of trends as people read them: sums become means, half hours become days and hours of the site's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callcoach.confidence import FEW_CALLS, Mean, mean_of
from callcoach.server.trends.periods import Period
from callcoach.store.trends import AgentSums, Sums


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of a set of calls. None: nothing to tell it from."""

    calls: int
    score: Mean | None
    reviewed: int
    reviewed_score: float | None
    findings_per_call: float | None
    serious_share: float | None
    """Share of scored calls with a serious or fatal finding, per cent."""
    silence_s: float | None
    """Dead air per call."""
    ring_s: float | None
    agent_share: float | None
    """Per cent of all speech."""
    talk_overs: float | None
    duration_s: float | None

    @property
    def is_few(self) -> bool:
        """Whether the calls are too few to be ranked."""
        return self.score is None or self.score.n < FEW_CALLS


def figures_of(sums: Sums) -> Figures:
    """Return the figures of sums."""
    return Figures(
        calls=sums.calls,
        score=mean_of(sums.scored, sums.score, sums.score_squares),
        reviewed=sums.reviewed,
        reviewed_score=_mean(sums.reviewed_score, sums.reviewed),
        findings_per_call=_mean(sums.findings, sums.scored),
        serious_share=_mean(100.0 * sums.serious_calls, sums.scored),
        silence_s=_mean(sums.silence_s, sums.measured),
        ring_s=_mean(sums.ring_s, sums.rung),
        agent_share=_mean(100.0 * sums.agent_share, sums.shared),
        talk_overs=_mean(sums.talk_overs, sums.shared),
        duration_s=_mean(sums.duration_s, sums.calls),
    )


def total(parts: Iterable[Sums]) -> Sums:
    """Return the sums over all parts."""
    return sum(parts, Sums())


def by_day(slots: Sequence[tuple[datetime, Sums]], period: Period) -> list[tuple[date, Sums]]:
    """Return each day of the period in the site's zone, days without calls included."""
    days = {period.first + timedelta(days=number): Sums() for number in range(period.days)}
    for at, sums in slots:
        day = at.astimezone(period.zone).date()
        if day in days:
            days[day] += sums
    return sorted(days.items())


def by_hour(slots: Sequence[tuple[datetime, Sums]], period: Period) -> list[tuple[int, Sums]]:
    """Return each hour of the day, in the site's zone, in which there were calls."""
    hours: dict[int, Sums] = {}
    for at, sums in slots:
        hour = at.astimezone(period.zone).hour
        hours[hour] = hours.get(hour, Sums()) + sums
    return sorted(hours.items())


@dataclass(frozen=True, slots=True)
class Praise:
    """An agent to praise, and why: the best beyond doubt, or better than before beyond doubt."""

    agent_id: int
    name: str
    is_improved: bool
    now: Mean
    before: Mean


def praised(now: Sequence[AgentSums], before: Sequence[AgentSums]) -> list[Praise]:
    """Return who is better than all others together, or than before, by more than chance explains.

    Both means need `FEW_CALLS` calls, and their 95 % intervals must not overlap.
    """
    earlier = {one.agent_id: one.sums for one in before}
    everybody = total(one.sums for one in now)
    found: list[Praise] = []
    for one in now:
        mean = figures_of(one.sums).score
        if mean is None or mean.n < FEW_CALLS:
            continue
        rest = mean_of(
            everybody.scored - one.sums.scored,
            everybody.score - one.sums.score,
            everybody.score_squares - one.sums.score_squares,
        )
        then = figures_of(earlier.get(one.agent_id, Sums())).score
        for other, is_improved in ((then, True), (rest, False)):
            if other is not None and other.n >= FEW_CALLS and _is_above(mean, other):
                found.append(Praise(one.agent_id, one.name, is_improved, mean, other))
    return found


def _is_above(mean: Mean, other: Mean) -> bool:
    return mean.low is not None and other.high is not None and mean.low > other.high


def _mean(total_of: float, count: int) -> float | None:
    return total_of / count if count else None
