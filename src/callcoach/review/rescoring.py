"""The reviewed score: what `callcoach.scoring` makes of the findings that people left standing, and their overrides.

The machine's score is never touched; both stand side by side. Every point that is lost names the finding that took
it, every point given or taken by an override names the event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcoach.datapath import Finding, FindingStatus, RuleReport, Scorecard
from callcoach.review.acts import Verdict
from callcoach.review.sheet import Review
from callcoach.scoring import HUNDREDTHS, Rubric, score


@dataclass(frozen=True, slots=True)
class Basis:
    """What the machine said, as the review found it. Kept with the review: a later analysis does not move it."""

    duration_s: float
    report: RuleReport
    rubric: Rubric
    machine: Scorecard

    def finding(self, finding_id: str) -> Finding | None:
        """The machine's finding of this id, or None."""
        return next((one for one in self.report.findings if one.id == finding_id), None)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points an override gave (positive) or took (negative), beside what the findings took."""

    dimension: str
    points: float
    event_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewedScore:
    """A scorecard of people: for each dimension, maximum - deductions + adjustments = score."""

    scorecard: Scorecard
    adjustments: tuple[Adjustment, ...]


def rescore(basis: Basis, review: Review) -> ReviewedScore:
    """Score the findings that stand, then set the dimensions that people overrode.

    A finding nobody has judged counts as the machine meant it; a finished review has none. An override wins over all
    findings of its dimension, a fatal one among them: it is the reviewer's last word.
    """
    card = score(basis.rubric, standing(basis, review))
    dimensions = list(card.dimensions)
    adjustments: list[Adjustment] = []
    for index, dimension in enumerate(dimensions):
        override = review.overrides.get(dimension.id)
        if override is None:
            continue
        points = min(_hundredths(override.points), _hundredths(dimension.max_points))
        change = points - _hundredths(dimension.score)
        dimensions[index] = replace(dimension, score=points / HUNDREDTHS)
        event = override.event
        adjustments.append(Adjustment(dimension.id, change / HUNDREDTHS, event.number, event.reason))
    total = sum(_hundredths(one.score) for one in dimensions) / HUNDREDTHS
    return ReviewedScore(replace(card, score=total, dimensions=tuple(dimensions)), tuple(adjustments))


def standing(basis: Basis, review: Review) -> RuleReport:
    """Return the report with the findings that stand: rejected ones gone, confirmed ones scored, added ones in."""
    kept = [one for one in (_judged(one, review) for one in basis.report.findings) if one is not None]
    return replace(basis.report, findings=(*kept, *review.added.values()))


def _judged(finding: Finding, review: Review) -> Finding | None:
    judgement = review.judgements.get(finding.id)
    if judgement is None:
        return finding
    if judgement.verdict is Verdict.REJECTED:
        return None
    return replace(finding, status=FindingStatus.SCORED)


def _hundredths(points: float) -> int:
    return round(points * HUNDREDTHS)
