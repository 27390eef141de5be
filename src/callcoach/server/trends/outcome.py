"""What came of a coaching session: how often its rules were found before and after, against the rest of the team.

An agent is coached when things are at their worst, and the worst gets better by itself; a campaign, a new script or a
changed rule moves everybody. What counts is therefore the agent's change against the change of the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from callcoach.confidence import Found, RateRatio, against, rate_ratio
from callcoach.store.engine import Session
from callcoach.store.trends.outcomes import RuleCount, counts_around

COACHED_DAYS = 30
"""Days before and after the day of a session that are compared."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Finds that stand after review, before and after; of the agent, and of the rest of the team."""

    before: Found
    after: Found
    own: RateRatio | None
    others: RateRatio | None
    net: RateRatio | None
    """The agent's change against the others'; against nothing where there are no others."""
    days_left: int
    """Days of the time after that are still to come."""


def outcome_of(session: Session, agent_id: int, rule_ids: Sequence[str], day: date, today: date) -> Outcome:
    """Return what came of a session of a day."""
    stretch = timedelta(days=COACHED_DAYS)
    times = ((day - stretch, day - timedelta(days=1)), (day + timedelta(days=1), day + stretch))
    sides = [counts_around(session, agent_id, rule_ids, *time) for time in times]
    before, after = (_found(own) for own, _ in sides)
    own = rate_ratio(before, after)
    others = rate_ratio(*(_found(rest) for _, rest in sides))
    net = against(own, others) if own is not None and others is not None else own
    return Outcome(before, after, own, others, net, max(0, (times[1][1] - today).days))


def _found(count: RuleCount) -> Found:
    """Return finds of all rules together.

    How finds of different rules meet in one call is not kept; that they always do is the worst that can be
    (Minkowski), so that the interval is rather too wide than too narrow.
    """
    squares = math.ceil(sum(math.sqrt(one.standing_squares) for one in count.rules) ** 2)
    return Found(count.scored, sum(one.standing for one in count.rules), squares)
