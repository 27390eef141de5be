"""Who is to be praised: the better ones beyond chance, against their own team and against their own past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callcoach.confidence import FEW_CALLS, Mean, beyond_chance, chance_of, mean_of
from callcoach.server.trends.figures import by_agent, total
from callcoach.store.trends.reading import AgentSums, Sums

LEAST_POINTS = 1.0
"""A difference below it is none to anybody, however sure it is."""


@dataclass(frozen=True, slots=True)
class Praise:
    """An agent to praise, and why: better than the rest of the team, or than before."""

    agent_id: int
    name: str
    is_improved: bool
    now: Mean
    other: Mean
    """Of the rest of the team, or of the agent's own time before."""

    @property
    def points(self) -> float:
        """By how much."""
        return self.now.value - self.other.value


def praised(now: Sequence[AgentSums], before: Sequence[AgentSums]) -> list[Praise]:
    """Return who stands out, the greatest difference first.

    Calls of teams differ, so that an agent is held against the others of the team. Both means need `FEW_CALLS` calls;
    the differences are judged by Welch's test, and of all who are named at most one in twenty is there by chance.
    """
    found = [*_above_team(now), *_above_past(by_agent(now), by_agent(before))]
    chosen = beyond_chance([chance_of(one.now, one.other) for one in found])
    standing = (one for place, one in enumerate(found) if place in chosen and one.points >= LEAST_POINTS)
    return sorted(standing, key=lambda one: (-one.points, one.name))


def _above_team(now: Sequence[AgentSums]) -> Iterator[Praise]:
    teams: defaultdict[int, list[AgentSums]] = defaultdict(list)
    for one in now:
        teams[one.team_id].append(one)
    for members in teams.values():
        team = total(one.sums for one in members)
        for one in members:
            rest = mean_of(
                team.scored - one.sums.scored,
                team.score - one.sums.score,
                team.score_squares - one.sums.score_squares,
            )
            yield from _praise(one, rest, is_improved=False)


def _above_past(now: Sequence[AgentSums], before: Sequence[AgentSums]) -> Iterator[Praise]:
    earlier = {one.agent_id: one.sums for one in before}
    for one in now:
        yield from _praise(one, _score(earlier.get(one.agent_id, Sums())), is_improved=True)


def _praise(one: AgentSums, other: Mean | None, *, is_improved: bool) -> Iterator[Praise]:
    mean = _score(one.sums)
    if mean is not None and other is not None and min(mean.n, other.n) >= FEW_CALLS:
        yield Praise(one.agent_id, one.name, is_improved, mean, other)


def _score(sums: Sums) -> Mean | None:
    return mean_of(sums.scored, sums.score, sums.score_squares)
