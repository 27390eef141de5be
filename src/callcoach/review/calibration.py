"""Calibration rounds: several people review the same calls, blind to each other; how far do they agree?

Takes each reviewer's verdicts and score of each call, gives agreement and gaps. Compared are only calls that all
reviewers of the round have handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from callcoach.review.acts import Verdict
from callcoach.review.agreement import Kappa, agreement


@dataclass(frozen=True, slots=True)
class Marks:
    """What one reviewer made of one call. Verdicts by finding of the machine; scores 0 to 100."""

    call_id: str
    person_id: int
    verdicts: Mapping[str, Verdict]
    score: float
    machine_score: float


@dataclass(frozen=True, slots=True)
class Gap:
    """How far scores lie apart, in points: the mean distance, and the mean of first minus second, with its sign."""

    mean_absolute: float
    mean: float
    calls: int


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """What a round shows. Gaps are None, and kappa too, where nothing can be compared yet."""

    calls: tuple[str, ...]
    """Calls that every reviewer handed in."""
    kappa: Kappa | None
    pairs: Mapping[tuple[int, int], Gap]
    """Between every two reviewers."""
    between_reviewers: float | None
    """Mean distance in points over all pairs and calls."""
    to_machine: Mapping[int, Gap]
    """Of each reviewer to the machine: positive means milder than the machine."""
    disputed: tuple[tuple[str, str], ...]
    """Call and finding on which reviewers differ: what the round should talk about."""


def compare(reviewer_ids: Sequence[int], marks: Iterable[Marks]) -> CalibrationResult:
    """Compare what the reviewers of a round handed in."""
    by_call: dict[str, dict[int, Marks]] = {}
    for mark in marks:
        by_call.setdefault(mark.call_id, {})[mark.person_id] = mark
    whole = {call: by_call[call] for call in sorted(by_call) if all(one in by_call[call] for one in reviewer_ids)}
    pairs = {
        (first, second): _gap([(call[first].score, call[second].score) for call in whole.values()])
        for first, second in combinations(reviewer_ids, 2)
        if whole
    }
    machine = {
        person: _gap([(call[person].score, call[person].machine_score) for call in whole.values()])
        for person in reviewer_ids
        if whole
    }
    return CalibrationResult(
        calls=tuple(whole),
        kappa=agreement([list(_items(reviewer_ids, call).values()) for call in whole.values()]),
        pairs=pairs,
        between_reviewers=sum(gap.mean_absolute for gap in pairs.values()) / len(pairs) if pairs else None,
        to_machine=machine,
        disputed=tuple(
            (call_id, finding)
            for call_id, call in whole.items()
            for finding, said in _items(reviewer_ids, call).items()
            if len(set(said)) > 1
        ),
    )


def _items(reviewer_ids: Sequence[int], call: Mapping[int, Marks]) -> dict[str, tuple[str, ...]]:
    """Return what the reviewers said of each finding of a call that all of them judged."""
    common = set[str].intersection(*(set(call[person].verdicts) for person in reviewer_ids))
    return {
        finding: tuple(call[person].verdicts[finding].value for person in reviewer_ids) for finding in sorted(common)
    }


def _gap(scores: Sequence[tuple[float, float]]) -> Gap:
    differences = [first - second for first, second in scores]
    count = len(differences)
    return Gap(sum(map(abs, differences)) / count, sum(differences) / count, count)
