from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.datapath import Severity, Speaker
from callcoach.review.acts import AddFinding, Event, Judge, OverrideDimension, Verdict
from callcoach.review.rescoring import ReviewedScore, rescore
from callcoach.review.sheet import fold
from tests.review.acts import stories
from tests.review.builders import BASIS, FINDINGS, FIRST, RULE, basis_of, events_of, finding


def check_trace(reviewed: ReviewedScore) -> None:
    """Every point lost or given names what did it; hundredths, so that sums are exact."""
    moved: defaultdict[str, int] = defaultdict(int)
    for deduction in reviewed.scorecard.deductions:
        moved[deduction.dimension] -= round(deduction.points * 100)
    for adjustment in reviewed.adjustments:
        moved[adjustment.dimension] += round(adjustment.points * 100)
    for dimension in reviewed.scorecard.dimensions:
        assert round(dimension.score * 100) == round(dimension.max_points * 100) + moved[dimension.id]
    assert round(reviewed.scorecard.score * 100) == sum(round(one.score * 100) for one in reviewed.scorecard.dimensions)


def test_without_a_review_the_score_is_the_machines() -> None:
    assert rescore(BASIS, fold([])).scorecard == BASIS.machine
    assert BASIS.machine.score == 85.0  # 5 for f1, 10 for f2; f3 waits


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([Judge(one.id, Verdict.CONFIRMED) for one in FINDINGS], 80.0),
        ([Judge("f1", Verdict.REJECTED)], 90.0),
        ([Judge(one.id, Verdict.REJECTED) for one in FINDINGS], 100.0),
        ([AddFinding(RULE, Speaker.AGENT, 3.0, 4.0)], 75.0),
        ([OverrideDimension("language", 40.0)], 90.0),
        ([OverrideDimension("response", 12.5)], 77.5),
        ([OverrideDimension("attitude", 0.0), Judge("f2", Verdict.REJECTED)], 75.0),
    ],
)
def test_what_people_say_counts(acts: list[Judge], expected: float) -> None:
    reviewed = rescore(BASIS, fold(events_of(*acts)))
    assert reviewed.scorecard.score == expected
    check_trace(reviewed)


def test_an_override_names_its_event_and_reason() -> None:
    events = events_of((OverrideDimension("language", 38.0), FIRST, "客户先骂人"))
    (adjustment,) = rescore(BASIS, fold(events)).adjustments
    assert (adjustment.points, adjustment.event_number, adjustment.reason) == (3.0, 1, "客户先骂人")


def test_an_override_wins_over_a_fatal_finding() -> None:
    basis = basis_of(finding("f1", severity=Severity.FATAL))
    reviewed = rescore(basis, fold(events_of(OverrideDimension("procedure", 20.0))))
    assert (basis.machine.score, reviewed.scorecard.score) == (0.0, 20.0)
    check_trace(reviewed)


@given(stories())
def test_every_lost_point_is_traced(events: list[Event]) -> None:
    check_trace(rescore(BASIS, fold(events)))


severities = st.sampled_from(Severity)
findings = st.lists(st.tuples(severities, st.sampled_from(["a", "b", "c"]), st.sampled_from(["negative", "voice"])))


@given(findings, st.data())
def test_rejecting_never_costs_and_adding_never_gives(
    drawn: list[tuple[Severity, str, str]], data: st.DataObject
) -> None:
    basis = basis_of(
        *(
            finding(f"f{number}", severity=severity, rule_id=rule, category=category)
            for number, (severity, rule, category) in enumerate(drawn)
        )
    )
    before = rescore(basis, fold([])).scorecard.score
    added = fold(events_of(AddFinding(RULE, Speaker.AGENT, 3.0, 4.0)))
    assert rescore(basis, added).scorecard.score <= before
    if drawn:
        one = data.draw(st.sampled_from(basis.report.findings))
        rejected = fold(events_of(Judge(one.id, Verdict.REJECTED)))
        assert rescore(basis, rejected).scorecard.score >= before
