"""Right, false and missed finds, and what follows from them, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

Z_95 = 1.959964
"""Normal quantile of a two-sided 95 % interval."""

BOOTSTRAP_ROUNDS = 2000
"""Resamplings for the interval of F1: the bounds then vary by well under a hundredth."""

BOOTSTRAP_SEED = 20240501
"""Fixed, so that the same finds give the same interval."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives (truths found), false positives (finds without truth), false negatives (truths missed)."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Sum of two counts."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float | None:
        """Share of finds that were right; None without finds."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """Share of truths that were found; None without truths."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None when there was neither truth nor find."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


def total(counts: Iterable[Counts]) -> Counts:
    """Sum of many counts."""
    return sum(counts, Counts())


def wilson(successes: int, trials: int) -> Interval | None:
    """95 % Wilson score interval of a share; None without trials."""
    if not trials:
        return None
    share = successes / trials
    spread = Z_95 * math.sqrt(share * (1 - share) / trials + Z_95**2 / (4 * trials**2))
    middle, scale = share + Z_95**2 / (2 * trials), 1 + Z_95**2 / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def f1_interval(calls: Sequence[Counts]) -> Interval | None:
    """95 % bootstrap interval of F1, drawing whole calls: finds of one call hang together."""
    table = np.array([(one.tp, one.fp, one.fn) for one in calls], dtype=np.float64).reshape(-1, 3)
    if not table.sum():
        return None
    draws = np.random.default_rng(BOOTSTRAP_SEED).integers(0, len(table), (BOOTSTRAP_ROUNDS, len(table)))
    tp, fp, fn = table[draws].sum(axis=1).T
    both = 2 * tp + fp + fn
    scores = 2 * tp[both > 0] / both[both > 0]
    low, high = np.quantile(scores, (0.025, 0.975))
    return float(low), float(high)
