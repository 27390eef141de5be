"""How far raters agree beyond chance: Cohen's kappa for two, Fleiss' kappa for more, each with an interval.

Items are tables of plain values; what they mean is the caller's business. Items come in clusters (the findings of one
call are not independent), and the interval resamples clusters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Ratings = Sequence[str]
"""One item: what each rater said of it, in the same order of raters everywhere."""

BOOTSTRAP_SAMPLES = 2000
"""Resamples of the interval; its ends then move by about 0.01 with another seed."""
BOOTSTRAP_SEED = 20260101
"""Fixed, so that the same answers always give the same interval."""
LEVEL = 0.95
"""Coverage of the interval."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance: 1 whole, 0 as by chance, below 0 worse. None: chance leaves nothing to agree on."""

    value: float | None
    low: float | None
    high: float | None
    observed: float
    """Share of pairs of ratings that are equal, 0 to 1."""
    items: int
    raters: int


def cohen_kappa(items: Sequence[Ratings]) -> float | None:
    """Return Cohen's kappa of two raters.

    Each rater has their own chance of saying a value. Source: J. Cohen, A coefficient of agreement for nominal
    scales, Educational and Psychological Measurement 20 (1960), 37-46. None where both always said the same one value.
    """
    count = len(items)
    observed = sum(first == second for first, second in items) / count
    said = [Counter(item[rater] for item in items) for rater in (0, 1)]
    expected = sum(said[0][value] * said[1][value] for value in said[0]) / count**2
    return None if expected == 1.0 else (observed - expected) / (1.0 - expected)


def fleiss_kappa(items: Sequence[Ratings]) -> float | None:
    """Return Fleiss' kappa of any fixed number of raters, at least two.

    One chance of each value for all raters together. Source: J. L. Fleiss, Measuring nominal scale agreement among
    many raters, Psychological Bulletin 76 (1971), 378-382. None where all always said the same one value.
    """
    total = Counter(value for item in items for value in item)
    ratings = sum(total.values())
    expected = sum((count / ratings) ** 2 for count in total.values())
    return None if len(total) == 1 else (observed_agreement(items) - expected) / (1.0 - expected)


def observed_agreement(items: Sequence[Ratings]) -> float:
    """Return the share of equal pairs of ratings within an item, averaged over the items."""
    shares: list[float] = []
    for item in items:
        raters = len(item)
        equal = sum(count * (count - 1) for count in Counter(item).values())
        shares.append(equal / (raters * (raters - 1)))
    return sum(shares) / len(shares)


def agreement(clusters: Sequence[Sequence[Ratings]]) -> Kappa | None:
    """Return kappa with its interval: Cohen's for two raters, Fleiss' for more. None without any item.

    The interval is the percentile bootstrap over clusters (B. Efron, R. J. Tibshirani, An Introduction to the
    Bootstrap, 1993, chapter 13); it is None with fewer than two clusters, or where most resamples have no kappa.

    Raises:
        ValueError: an item has another number of raters than the first, or fewer than two.
    """
    items = [item for cluster in clusters for item in cluster]
    if not items:
        return None
    raters = len(items[0])
    if raters < 2 or any(len(item) != raters for item in items):
        raise ValueError(f"expected at least two raters, as many for every item, got {sorted(set(map(len, items)))}")
    low, high = _interval([cluster for cluster in clusters if cluster])
    return Kappa(_kappa(items), low, high, observed_agreement(items), len(items), raters)


def _kappa(items: Sequence[Ratings]) -> float | None:
    return cohen_kappa(items) if len(items[0]) == 2 else fleiss_kappa(items)


def _interval(clusters: Sequence[Sequence[Ratings]]) -> tuple[float | None, float | None]:
    if len(clusters) < 2:
        return None, None
    random = np.random.default_rng(BOOTSTRAP_SEED)
    values: list[float] = []
    for chosen in random.integers(len(clusters), size=(BOOTSTRAP_SAMPLES, len(clusters))):
        value = _kappa([item for index in chosen for item in clusters[int(index)]])
        if value is not None:
            values.append(value)
    if len(values) < BOOTSTRAP_SAMPLES / 2:
        return None, None
    tail = (1.0 - LEVEL) / 2
    low, high = np.quantile(values, (tail, 1.0 - tail))
    return float(low), float(high)
