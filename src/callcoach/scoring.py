"""Scores: findings and a rubric in, a scorecard out.

The score is 100 points in dimensions. Each scored finding takes points from one dimension; what a
repeated finding or a dimension may cost is capped; a fatal finding takes all that is left. Points are
counted in hundredths, so that the deductions sum exactly to the loss. The same findings and rubric
always give the same score.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from callcoach.datapath import (
    MAX_SCORE,
    Deduction,
    DimensionScore,
    Finding,
    FindingStatus,
    RuleReport,
    Scorecard,
    Severity,
)
from callcoach.documents import Document, Fault, list_faults, model_faults, read_documents
from callcoach.errors import RubricError

BUILTIN = Path(__file__).parent / "rubrics"
HUNDREDTHS = 100
"""Points are counted in hundredths: sums stay exact and are shown with two decimals."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A part of the score: how much it weighs and which categories of rules take from it."""

    id: str
    name_zh: str
    name_en: str
    max_points: float
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """How findings become points."""

    id: str
    version: str
    dimensions: tuple[Dimension, ...]
    severity_points: Mapping[Severity, float]
    """What a finding costs when its rule does not say."""
    max_points_per_rule: float
    """What all findings of one rule may cost together: a habit is one fault, not ten."""

    def dimension_of(self, finding: Finding) -> str:
        """The dimension a finding takes from: the rule's wish, or its category's."""
        if finding.dimension and any(one.id == finding.dimension for one in self.dimensions):
            return finding.dimension
        for dimension in self.dimensions:
            if finding.category in dimension.categories:
                return dimension.id
        return self.dimensions[-1].id

    def points_of(self, finding: Finding) -> float:
        """What a finding costs before any cap."""
        return finding.points if finding.points is not None else self.severity_points[finding.severity]


def score(rubric: Rubric, report: RuleReport) -> Scorecard:
    """Score one call's report. Findings that wait for review take nothing."""
    counted = sorted(
        (one for one in report.findings if one.status is FindingStatus.SCORED),
        key=lambda one: (one.start_s, one.end_s, one.id),
    )
    left = {one.id: _hundredths(one.max_points) for one in rubric.dimensions}
    deductions = [*_ordinary(rubric, counted, left)]
    fatal = [one for one in counted if one.severity is Severity.FATAL]
    if fatal:
        deductions.extend(_take_all(fatal[0].id, left))
    return Scorecard(
        rubric=rubric.id,
        rubric_version=rubric.version,
        score=_points(sum(left.values())),
        dimensions=tuple(
            DimensionScore(one.id, one.name_zh, one.name_en, one.max_points, _points(left[one.id]))
            for one in rubric.dimensions
        ),
        deductions=tuple(deductions),
        fatal_finding_ids=tuple(one.id for one in fatal),
        not_assessed_zh=tuple(_not_assessed(report)),
    )


def _ordinary(rubric: Rubric, findings: Iterable[Finding], left: dict[str, int]) -> Iterable[Deduction]:
    """Yield the deductions of all but fatal findings, taking them from `left`."""
    spent: defaultdict[str, int] = defaultdict(int)
    for finding in findings:
        if finding.severity is Severity.FATAL:
            continue
        wanted = _hundredths(rubric.points_of(finding))
        if wanted == 0:
            continue
        dimension = rubric.dimension_of(finding)
        room = _hundredths(rubric.max_points_per_rule) - spent[finding.rule_id]
        taken = max(0, min(wanted, room, left[dimension]))
        spent[finding.rule_id] += taken
        left[dimension] -= taken
        yield Deduction(finding.id, dimension, _points(taken), capped=taken < wanted)


def _take_all(finding_id: str, left: dict[str, int]) -> list[Deduction]:
    """Take what is left of every dimension for a fatal finding."""
    taken = [Deduction(finding_id, dimension, _points(points)) for dimension, points in left.items() if points]
    left.update(dict.fromkeys(left, 0))
    return taken


def _not_assessed(report: RuleReport) -> Iterable[str]:
    """Say what the score is silent about, one sentence for each reason."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for one in report.not_evaluated:
        by_reason[one.reason_zh].append(one.rule_id)
    for reason, rules in by_reason.items():
        yield f"{reason}，未评估 {len(rules)} 条规则：{'、'.join(rules)}"
    for failure in report.failures:
        yield f"规则 {failure.rule_id} 运行出错，未评估：{failure.error}"
    waiting = sum(one.status is FindingStatus.TO_REVIEW for one in report.findings)
    if waiting:
        yield f"{waiting} 处待人工复核，没有扣分"


def _hundredths(points: float) -> int:
    return round(points * HUNDREDTHS)


def _points(hundredths: int) -> float:
    return hundredths / HUNDREDTHS


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Name(_Strict):
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class _DimensionDocument(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: _Name
    max_points: Annotated[float, Field(gt=0, le=MAX_SCORE)]
    categories: tuple[str, ...] = ()


class _SeverityPoints(_Strict):
    notice: Annotated[float, Field(ge=0, le=MAX_SCORE)]
    warning: Annotated[float, Field(ge=0, le=MAX_SCORE)]
    serious: Annotated[float, Field(ge=0, le=MAX_SCORE)]


class _RubricDocument(_Strict):
    rubric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, Field(min_length=1)]
    name: _Name
    dimensions: Annotated[tuple[_DimensionDocument, ...], Field(min_length=1)]
    severity_points: _SeverityPoints
    max_points_per_rule: Annotated[float, Field(gt=0, le=MAX_SCORE)]


def load_rubric(name_or_path: str) -> Rubric:
    """Load a built-in rubric by name, or a rubric file.

    Raises:
        RubricError: nothing is there, or the file is wrong; every fault is listed.
    """
    builtin = BUILTIN / f"{name_or_path}.yaml"
    path = builtin if "/" not in name_or_path and builtin.is_file() else Path(name_or_path)
    documents, faults = read_documents(path)
    if not faults and len(documents) != 1:
        faults.append(Fault(str(path), 1, f"有 {len(documents)} 个文档 (documents)", "一个文件只写一份评分标准"))
    rubric = None if faults else _build(documents[0], faults)
    if rubric is None:
        names = ", ".join(sorted(one.stem for one in BUILTIN.glob("*.yaml")))
        raise RubricError(list_faults(f"评分标准 {name_or_path} 有误 (rubric is wrong; built in: {names})", faults))
    return rubric


def _build(document: Document, faults: list[Fault]) -> Rubric | None:
    """Make the rubric, or add to `faults` what is wrong with it."""
    try:
        model = _RubricDocument.model_validate(document.data)
    except ValidationError as error:
        faults.extend(model_faults(error, document))
        return None
    faults.extend(_contradictions(model, document))
    if faults:
        return None
    return Rubric(
        id=model.rubric,
        version=f"{model.version}+{hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:8]}",
        dimensions=tuple(
            Dimension(one.id, one.name.zh, one.name.en, one.max_points, one.categories) for one in model.dimensions
        ),
        severity_points={Severity(name): points for name, points in model.severity_points.model_dump().items()},
        max_points_per_rule=model.max_points_per_rule,
    )


def _contradictions(model: _RubricDocument, document: Document) -> Iterable[Fault]:
    """Yield what no single value shows: a wrong sum, something named twice."""
    total = sum(_hundredths(one.max_points) for one in model.dimensions)
    if total != _hundredths(MAX_SCORE):
        what = f"各维度的 max_points 合计 {_points(total):g} (sum of dimensions)"
        yield document.fault(("dimensions",), what, "改成合计 100")
    seen: set[str] = set()
    for index, dimension in enumerate(model.dimensions):
        for name, path in [(dimension.id, "id"), *((f"类别 {one}", "categories") for one in dimension.categories)]:
            if name in seen:
                what = f"{name!r} 出现两次 (named twice)"
                yield document.fault(("dimensions", index, path), what, "每个维度、每个类别只写一次")
            seen.add(name)
