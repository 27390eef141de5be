from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.datapath import Finding, FindingStatus, NotEvaluated, RuleFailure, RuleReport, Severity, Speaker
from callcoach.errors import RubricError
from callcoach.scoring import load_rubric, score

RUBRIC = load_rubric("service-language")


def finding(number: int, **changes: object) -> Finding:
    fields: dict[str, object] = {
        "id": f"f{number:03d}",
        "rule_id": "neg.cannot",
        "rule_version": 1,
        "name_zh": "说我不能",
        "name_en": "says I cannot",
        "category": "negative",
        "severity": Severity.WARNING,
        "speaker": Speaker.AGENT,
        "start_s": float(number),
        "end_s": number + 1.0,
    }
    return Finding(**{**fields, **changes})  # type: ignore[arg-type]


def report(*findings: Finding) -> RuleReport:
    return RuleReport("book", "1", findings)


FINDINGS = st.lists(
    st.builds(
        dict,
        rule_id=st.sampled_from(["neg.cannot", "voice.raised", "silence.dead_air", "other.rule"]),
        category=st.sampled_from(["negative", "voice", "timing", "required", "unheard_of"]),
        severity=st.sampled_from(list(Severity)),
        status=st.sampled_from(list(FindingStatus)),
        points=st.none() | st.floats(0, 30),
        dimension=st.sampled_from(["", "attitude", "no_such_dimension"]),
    ),
    max_size=25,
)


@given(FINDINGS)
def test_deductions_sum_exactly_to_the_loss(drawn: list[dict[str, object]]) -> None:
    findings = [finding(number, **changes) for number, changes in enumerate(drawn)]
    card = score(RUBRIC, report(*findings))
    assert round(100 * card.score) + round(100 * sum(one.points for one in card.deductions)) == 10_000
    lost: defaultdict[str, float] = defaultdict(float)
    for deduction in card.deductions:
        lost[deduction.dimension] += deduction.points
    for dimension in card.dimensions:
        assert dimension.score == pytest.approx(dimension.max_points - lost[dimension.id])
        assert 0 <= dimension.score <= dimension.max_points


@given(FINDINGS)
def test_every_deduction_names_a_scored_finding_and_costs_no_more_than_asked(drawn: list[dict[str, object]]) -> None:
    findings = {one.id: one for one in (finding(number, **changes) for number, changes in enumerate(drawn))}
    for deduction in score(RUBRIC, report(*findings.values())).deductions:
        cause = findings[deduction.finding_id]
        assert cause.status is FindingStatus.SCORED
        if cause.severity is not Severity.FATAL:
            asked = round(RUBRIC.points_of(cause) * 100) / 100
            assert deduction.points <= asked
            assert deduction.capped == (deduction.points < asked)


@given(FINDINGS, st.randoms())
def test_the_order_of_findings_does_not_matter(drawn: list[dict[str, object]], random: object) -> None:
    findings = [finding(number, **changes) for number, changes in enumerate(drawn)]
    shuffled = findings.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(RUBRIC, report(*findings)) == score(RUBRIC, report(*shuffled))


@given(FINDINGS)
def test_one_more_finding_never_raises_the_score(drawn: list[dict[str, object]]) -> None:
    findings = [finding(number, **changes) for number, changes in enumerate(drawn)]
    fewer, more = score(RUBRIC, report(*findings[:-1])), score(RUBRIC, report(*findings))
    assert more.score <= fewer.score


def test_a_call_without_findings_has_all_points() -> None:
    card = score(RUBRIC, report())
    assert (card.score, card.deductions) == (100.0, ())


def test_repeats_are_capped_and_say_so() -> None:
    card = score(RUBRIC, report(*(finding(number) for number in range(5))))
    assert [(one.points, one.capped) for one in card.deductions] == [
        (5.0, False),
        (5.0, False),
        (5.0, False),
        (0.0, True),
        (0.0, True),
    ]


def test_a_fatal_finding_takes_everything_that_is_left() -> None:
    card = score(RUBRIC, report(finding(1), finding(2, severity=Severity.FATAL, rule_id="forbid.abuse")))
    assert card.score == 0
    assert card.fatal_finding_ids == ("f002",)
    assert sum(one.points for one in card.deductions if one.finding_id == "f002") == 95


def test_what_waits_for_review_takes_nothing_and_is_told() -> None:
    card = score(RUBRIC, report(finding(1, status=FindingStatus.TO_REVIEW)))
    assert card.score == 100
    assert card.not_assessed_zh == ("1 处待人工复核，没有扣分",)


def test_what_was_not_assessed_is_told() -> None:
    given_report = RuleReport(
        "book",
        "1",
        (),
        (NotEvaluated("a.b", "没有音量", "no levels"), NotEvaluated("a.c", "没有音量", "no levels")),
        (RuleFailure("x.y", "boom"),),
    )
    assert score(RUBRIC, given_report).not_assessed_zh == (
        "没有音量，未评估 2 条规则：a.b、a.c",
        "规则 x.y 运行出错，未评估：boom",
    )


GOOD = """\
rubric: mine
version: "1"
name: {zh: 我的, en: Mine}
dimensions:
  - {id: one, name: {zh: 一, en: One}, max_points: 60, categories: [negative]}
  - {id: two, name: {zh: 二, en: Two}, max_points: 40}
severity_points: {notice: 1, warning: 2, serious: 3}
max_points_per_rule: 10
"""


def test_a_rubric_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert score(load_rubric(str(path)), report(finding(1))).score == 98


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        (("max_points: 40", "max_points: 50"), ["合计 110"]),
        (("id: two", "id: one"), ["'one' 出现两次"]),
        (("notice: 1,", "notice: -1, fatal: 3,"), ["severity_points.notice", "不认识的键 severity_points.fatal"]),
        (("version:", "versoin:"), ["不认识的键 versoin", "缺少 version"]),
    ],
)
def test_all_faults_of_a_rubric_are_told(tmp_path: Path, change: tuple[str, str], complaints: list[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        load_rubric(str(path))
    assert all(complaint in str(caught.value) for complaint in complaints)


def test_a_missing_rubric_names_the_built_in_ones() -> None:
    with pytest.raises(RubricError, match="service-language"):
        load_rubric("none")
