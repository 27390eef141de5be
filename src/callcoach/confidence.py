"""How sure a figure of few calls is: intervals that keep people from ranking noise.

Plain arithmetic over counts and moments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959964
FEW_CALLS = 10
"""Below this a mean is shown and marked, and never ranked."""
FEW_EVENTS = 5
"""Below this many finds before and after together, nothing is said of a change."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval; the interval is None for fewer than two values."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Rate after against rate before, with its 95 % interval; below 1: it happens less often."""

    value: float
    low: float
    high: float


def mean_of(n: int, total: float, squares: float) -> Mean | None:
    """Return the mean of `n` values by their sum and the sum of their squares; None without values."""
    if n == 0:
        return None
    value = total / n
    if n == 1:
        return Mean(value, None, None, 1)
    spread = math.sqrt(max(0.0, (squares - n * value * value) / (n - 1)) / n)
    return Mean(value, value - Z_95 * spread, value + Z_95 * spread, n)


def rate_ratio(before: int, calls_before: int, after: int, calls_after: int) -> RateRatio | None:
    """Return how much more often something is found per call after than before; None: too little to tell.

    The interval is the usual one of the logarithm of two Poisson counts' ratio, with half an event added to each so
    that no find at all can be judged too (Rothman, Modern Epidemiology, ch. 14).
    """
    if calls_before == 0 or calls_after == 0 or before + after < FEW_EVENTS:
        return None
    first, second = before + 0.5, after + 0.5
    ratio = (second / calls_after) / (first / calls_before)
    spread = Z_95 * math.sqrt(1 / first + 1 / second)
    return RateRatio(ratio, ratio * math.exp(-spread), ratio * math.exp(spread))
