"""Whether a confidence of 0.9 means right nine times in ten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BINS = 10
"""Equal steps of confidence in which it is compared with how often the finds were right."""


def calibration(judged: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Reliability of (confidence, right) pairs: bins, expected calibration error, Brier score."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    rows = [_bin(index, members) for index, members in enumerate(bins) if members]
    count = len(judged)
    gap = sum(row["finds"] * abs(row["mean_confidence"] - row["right"]) for row in rows)
    brier = sum((confidence - right) ** 2 for confidence, right in judged)
    return {
        "finds": count,
        "expected_calibration_error": round(gap / count, 4) if count else None,
        "brier": round(brier / count, 4) if count else None,
        "bins": rows,
    }


def _bin(index: int, members: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    return {
        "from": index / BINS,
        "to": (index + 1) / BINS,
        "finds": len(members),
        "mean_confidence": round(sum(confidence for confidence, _ in members) / len(members), 4),
        "right": round(sum(right for _, right in members) / len(members), 4),
    }
