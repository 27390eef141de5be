"""How sure a figure of few calls is: intervals and tests that keep people from ranking noise.

Plain arithmetic over counts and moments. What is counted comes in calls: several finds of one call are one event's
echo, not several events, so that every interval here takes the call as its unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z_95 = 1.959964
FEW_CALLS = 10
"""Below this a mean is shown and marked, and never ranked."""
FEW_EVENTS = 5
"""Below this many finds before and after together, nothing is said of a change."""
FALSE_SHARE = 0.05
"""Of those who are singled out, how many may be by chance (false discovery rate)."""
LEAST_VARIANCE = 0.25
"""A rate's variance is never taken for less than this part of independent finds' one: small samples look too even."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval; the interval is None for fewer than two values."""

    value: float
    low: float | None
    high: float | None
    n: int
    error: float | None = None
    """Standard error."""


@dataclass(frozen=True, slots=True)
class Found:
    """How often something was found: in so many calls, so often; and the sum over calls of the number squared."""

    calls: int
    finds: int
    squares: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Finds per call with their 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Rate after against rate before, with its 95 % interval; below 1: it happens less often."""

    value: float
    low: float
    high: float
    error: float
    """Standard error of the logarithm."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1 with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def mean_of(n: int, total: float, squares: float) -> Mean | None:
    """Return the mean of `n` values by their sum and the sum of their squares; None without values."""
    if n == 0:
        return None
    value = total / n
    if n == 1:
        return Mean(value, None, None, 1)
    error = math.sqrt(max(0.0, (squares - n * value * value) / (n - 1)) / n)
    return Mean(value, value - Z_95 * error, value + Z_95 * error, n, error)


def rate_of(found: Found) -> Rate | None:
    """Return finds per call; None without calls."""
    if found.calls == 0:
        return None
    spread = math.exp(Z_95 * _log_error(found, _echo(found)))
    value, middle = found.finds / found.calls, (found.finds + 0.5) / found.calls
    return Rate(value, middle / spread if found.finds else 0.0, middle * spread)


def rate_ratio(before: Found, after: Found) -> RateRatio | None:
    """Return how much more often something is found per call after than before; None: too little to tell.

    The interval is that of the logarithm of two rates' ratio with the variance between calls, the sandwich estimate of
    a Poisson regression whose clusters are the calls (Liang and Zeger, Biometrika 73 (1986), 13-22); half a find is
    added to each side, so that no find at all can be judged too.
    """
    if before.calls == 0 or after.calls == 0 or before.finds + after.finds < FEW_EVENTS:
        return None
    echo = _echo(before, after)
    ratio = ((after.finds + 0.5) / after.calls) / ((before.finds + 0.5) / before.calls)
    return _ratio(ratio, math.hypot(_log_error(before, echo), _log_error(after, echo)))


def against(own: RateRatio, others: RateRatio) -> RateRatio:
    """Return one change against that of others in the same time: what both share is not the doing of one."""
    return _ratio(own.value / others.value, math.hypot(own.error, others.error))


def share_of(calls: Iterable[tuple[int, int]]) -> Share | None:
    """Return a share over calls, each given by its hits and its tries; None without a try.

    Wilson's interval (JASA 22 (1927), 209-212) over as many tries as the calls are worth: where tries of one call come
    out alike, the design effect of the ratio estimator lessens their number.
    """
    pairs = [(hits, tries) for hits, tries in calls if tries]
    hits, n = sum(hit for hit, _ in pairs), sum(tries for _, tries in pairs)
    if n == 0:
        return None
    value = hits / n
    even = n * value * (1 - value)
    spread = sum((hit - value * tries) ** 2 for hit, tries in pairs)
    worth = n / max(1.0, spread / even) if even > 0 else float(len(pairs))
    centre = (value + Z_95**2 / (2 * worth)) / (1 + Z_95**2 / worth)
    half = Z_95 / (1 + Z_95**2 / worth) * math.sqrt(value * (1 - value) / worth + Z_95**2 / (4 * worth**2))
    return Share(value, max(0.0, centre - half), min(1.0, centre + half), n)


def chance_of(higher: Mean, lower: Mean) -> float:
    """Return how likely a mean would lie so far above another one by chance (Welch's test, one-sided).

    The t distribution is turned into the normal one by Wallace's formula (1959), good to three digits.
    """
    if not higher.error or not lower.error:
        return 1.0
    parts = (higher.error**2, lower.error**2)
    t = (higher.value - lower.value) / math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (higher.n - 1) + parts[1] ** 2 / (lower.n - 1))
    z = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return 0.5 * math.erfc(math.copysign(z, t) / math.sqrt(2))


def beyond_chance(chances: Sequence[float]) -> frozenset[int]:
    """Return the places of what stands out when so many are looked at (Benjamini and Hochberg, 1995)."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    passing = [rank for rank, place in enumerate(order, start=1) if chances[place] <= FALSE_SHARE * rank / len(chances)]
    return frozenset(order[: max(passing, default=0)])


def _echo(*sides: Found) -> float:
    """Return how many finds a find comes with in its call, itself included."""
    finds = sum(one.finds for one in sides)
    return sum(one.squares for one in sides) / finds if finds else 1.0


def _log_error(found: Found, echo: float) -> float:
    """Return the standard error of the logarithm of a rate."""
    finds, squares = found.finds + 0.5, found.squares + 0.5 * echo
    small = found.calls / (found.calls - 1) if found.calls > 1 else 2.0
    between = (squares / finds**2 - 1 / found.calls) * small
    return math.sqrt(max(between, LEAST_VARIANCE / finds))


def _ratio(value: float, error: float) -> RateRatio:
    spread = math.exp(Z_95 * error)
    return RateRatio(value, value / spread, value * spread, error)
