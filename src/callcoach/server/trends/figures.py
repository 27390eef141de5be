"""Figures of trends as people read them: sums become means, days become the lines of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from callcoach.confidence import FEW_CALLS, Found, Mean, mean_of
from callcoach.server.trends.periods import Period
from callcoach.store.trends.reading import AgentSums, RuleSums, Sums


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of a set of calls. None: nothing to tell it from."""

    calls: int
    score: Mean | None
    reviewed: int
    reviewed_score: float | None
    findings_per_call: float | None
    """The machine's that took points."""
    standing_per_call: float | None
    """What stands after review."""
    serious_share: float | None
    """Share of scored calls with a serious or fatal finding that stands, per cent."""
    silence_s: float | None
    """Dead air per call."""
    ring_s: float | None
    agent_share: float | None
    """Per cent of all speech."""
    talk_overs: float | None
    duration_s: float | None

    @property
    def shown(self) -> tuple[float | None, ...]:
        """The figures of a line of a table, in the order of its columns."""
        return (
            *(self.calls, self.score.value if self.score else None, self.reviewed_score, self.findings_per_call),
            *(self.standing_per_call, self.serious_share, self.silence_s, self.ring_s, self.agent_share),
        )

    @property
    def is_few(self) -> bool:
        """Whether the calls are too few to be ranked."""
        return self.score is None or self.score.n < FEW_CALLS


FIGURES = (
    *("trends.calls", "trends.score", "trends.reviewed", "trends.reviewed_score"),
    *("trends.findings_per_call", "trends.standing_per_call", "trends.serious_share", "trends.silence_s"),
    *("trends.ring_s", "trends.agent_share", "trends.talk_overs", "trends.duration_s"),
)
"""Keys of the figures' names, in the order of `values_of`."""
BETTER = ("", "up", "", "up", "down", "down", "down", "down", "down", "", "down", "")
"""Which way each is better; empty: neither."""


def figures_of(sums: Sums) -> Figures:
    """Return the figures of sums."""
    return Figures(
        calls=sums.calls,
        score=mean_of(sums.scored, sums.score, sums.score_squares),
        reviewed=sums.reviewed,
        reviewed_score=_mean(sums.reviewed_score, sums.reviewed),
        findings_per_call=_mean(sums.findings, sums.scored),
        standing_per_call=_mean(sums.standing, sums.scored),
        serious_share=_mean(100.0 * sums.serious_calls, sums.scored),
        silence_s=_mean(sums.silence_s, sums.measured),
        ring_s=_mean(sums.ring_s, sums.rung),
        agent_share=_mean(100.0 * sums.agent_share, sums.shared),
        talk_overs=_mean(sums.talk_overs, sums.shared),
        duration_s=_mean(sums.duration_s, sums.calls),
    )


def values_of(figures: Figures) -> tuple[float | None, ...]:
    """Return the figures in the order of `FIGURES`."""
    return (
        *(float(figures.calls), figures.score.value if figures.score else None),
        *(float(figures.reviewed), figures.reviewed_score, figures.findings_per_call, figures.standing_per_call),
        *(figures.serious_share, figures.silence_s, figures.ring_s, figures.agent_share),
        *(figures.talk_overs, figures.duration_s),
    )


def total(parts: Iterable[Sums]) -> Sums:
    """Return the sums over all parts."""
    return Sums.over(parts)


def by_step(days: Sequence[tuple[date, Sums]], period: Period) -> list[tuple[date, Sums]]:
    """Return each day, or week, of the period, those without calls included."""
    steps = dict.fromkeys(period.steps(), Sums())
    for day, sums in days:
        steps[period.step_of(day)] += sums
    return list(steps.items())


def by_agent(rows: Sequence[AgentSums]) -> list[AgentSums]:
    """Return one line an agent; who worked in two teams has the team 0."""
    found: dict[int, AgentSums] = {}
    for one in rows:
        known = found.get(one.agent_id)
        found[one.agent_id] = one if known is None else AgentSums(one.agent_id, one.name, 0, known.sums + one.sums)
    return list(found.values())


def standing_of(sums: RuleSums, calls: int) -> Found:
    """Return how often a rule's findings stand after review, in so many scored calls."""
    return Found(calls, sums.standing, sums.standing_squares)


def per_100(finds: int, calls: int) -> float | None:
    """Return finds per hundred calls; None without calls."""
    return 100.0 * finds / calls if calls else None


def _mean(total_of: float, count: int) -> float | None:
    return total_of / count if count else None
