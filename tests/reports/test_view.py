from __future__ import annotations

from dataclasses import replace

import pytest

from callcoach.datapath import CallEvent, Finding, Segment, Severity, Speaker
from callcoach.reports.view import Silence, TurnRow, build_view, facts, spoken_silences, worst_first
from tests.reports.calls import small_analysis

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def with_findings(*findings: Finding):
    analysis = small_analysis()
    return replace(analysis, rules=replace(analysis.rules, findings=findings))


def test_turns_silences_and_events_come_in_order_of_time() -> None:
    rows = build_view(small_analysis()).rows
    assert [type(row) for row in rows] == [TurnRow, TurnRow, Silence, CallEvent, TurnRow]
    silence = rows[2]
    assert isinstance(silence, Silence)
    assert (silence.start_s, silence.end_s) == (5.0, 8.5)
    assert [finding.id for finding in silence.findings] == ["f1"]


def test_what_rang_before_the_recording_is_no_row() -> None:
    rows = build_view(small_analysis()).rows
    assert [row.at_s for row in rows if isinstance(row, CallEvent)] == [5.2]


def test_a_quote_is_marked_in_its_turn() -> None:
    row = build_view(small_analysis()).rows[-1]
    assert isinstance(row, TurnRow)
    assert [(piece.text, [f.id for f in piece.findings]) for piece in row.pieces] == [
        ("您好，", []),
        ("我不能", ["f2"]),
        ("给您查。", []),
    ]


def test_overlapping_quotes_are_all_marked_worst_first() -> None:
    _, phrase = small_analysis().rules.findings
    longer = replace(phrase, id="f3", text_span=(4, 8), severity=Severity.FATAL)
    row = build_view(with_findings(phrase, longer)).rows[-1]
    assert isinstance(row, TurnRow)
    assert [(piece.text, [f.id for f in piece.findings]) for piece in row.pieces] == [
        ("您好，", []),
        ("我", ["f2"]),
        ("不能", ["f3", "f2"]),
        ("给您", ["f3"]),
        ("查。", []),
    ]
    assert [f.id for f in row.findings] == ["f3", "f2"]


def test_a_span_beyond_the_text_marks_to_its_end() -> None:
    _, phrase = small_analysis().rules.findings
    row = build_view(with_findings(replace(phrase, text_span=(8, 99)))).rows[-1]
    assert isinstance(row, TurnRow)
    assert "".join(piece.text for piece in row.pieces) == row.turn.text


def test_points_are_summed_over_dimensions() -> None:
    analysis = small_analysis()
    card = analysis.scorecard
    twice = replace(card, deductions=(*card.deductions, replace(card.deductions[1], dimension="voice", points=1.5)))
    view = build_view(replace(analysis, scorecard=twice))
    assert view.points == {"f1": 3.0, "f2": 7.5}
    assert [[lost.finding.id for lost in card.lost] for card in view.dimensions] == [["f2"], ["f1", "f2"]]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([], [(0.0, 20.0)]),
        ([(AGENT, 0.0, 19.0)], []),
        ([(AGENT, 2.0, 5.0), (CUSTOMER, 6.9, 12.0)], [(0.0, 2.0), (12.0, 20.0)]),
        ([(AGENT, 0.5, 12.0), (CUSTOMER, 1.0, 3.0), (CUSTOMER, 15.0, 19.5)], [(12.0, 15.0)]),
        ([(CUSTOMER, 10.0, 18.5), (AGENT, 1.0, 4.0)], [(4.0, 10.0)]),
    ],
)
def test_silences_are_where_neither_speaks(
    segments: list[tuple[Speaker, float, float]], expected: list[tuple[float, float]]
) -> None:
    assert list(spoken_silences([Segment(*segment) for segment in segments], 20.0)) == expected


def test_worst_first_and_then_by_time() -> None:
    _, phrase = small_analysis().rules.findings
    made = [
        replace(phrase, id=f"{severity}{start}", severity=severity, start_s=start, end_s=11.0)
        for start in (2.0, 1.0)
        for severity in (Severity.NOTICE, Severity.FATAL, Severity.SERIOUS, Severity.WARNING)
    ]
    order = [Severity.FATAL, Severity.SERIOUS, Severity.WARNING, Severity.NOTICE]
    assert [f.id for f in worst_first(made)] == [f"{severity}{start}" for severity in order for start in (1.0, 2.0)]


def test_facts_leave_out_what_is_not_known() -> None:
    known = {label.en: value.zh for label, value in facts(small_analysis())}
    assert known["Line quality"] == "丢包 1.67 %，抖动 4 ms"
    assert known["Ended by"] == "客户"
    assert "Customer's file" not in known
