"""A call the machine has judged, and reviews of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callcoach.datapath import Finding, FindingStatus, RuleReport, Severity, Speaker
from callcoach.review.acts import Act, Event, RuleFacts
from callcoach.review.rescoring import Basis
from callcoach.scoring import load_rubric, score

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
"""A Monday, noon in Shanghai."""
FIRST, SECOND, AGENT = 11, 12, 20
DURATION_S = 60.0
RULE = RuleFacts("neg.no", 2, "直接拒绝", "Flat refusal", "negative", Severity.SERIOUS)


def finding(name: str, **changes: object) -> Finding:
    values: dict[str, object] = {
        "rule_id": f"rule.{name}",
        "rule_version": 1,
        "name_zh": name,
        "name_en": name,
        "category": "negative",
        "severity": Severity.WARNING,
        "speaker": Speaker.AGENT,
        "start_s": 1.0,
        "end_s": 2.0,
    }
    return Finding(id=name, **values | changes)  # type: ignore[arg-type]


FINDINGS = (
    finding("f1"),
    finding("f2", category="voice", severity=Severity.SERIOUS, start_s=10.0, end_s=11.5),
    finding("f3", status=FindingStatus.TO_REVIEW, start_s=20.0, end_s=21.0),
)


def basis_of(*findings: Finding) -> Basis:
    report = RuleReport("service-language", "1", findings)
    rubric = load_rubric("service-language")
    return Basis(DURATION_S, report, rubric, score(rubric, report))


BASIS = basis_of(*FINDINGS)


def events_of(*acts: Act | tuple[Act, int | None] | tuple[Act, int | None, str]) -> list[Event]:
    """Number the acts; each by the first reviewer unless it says who."""
    events: list[Event] = []
    for index, one in enumerate(acts):
        act, person, reason = (*one, "")[:3] if isinstance(one, tuple) else (one, FIRST, "")
        events.append(Event(index + 1, NOON + timedelta(minutes=index), person, act, reason))
    return events
