from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from callcoach.audio.notes import MONO
from callcoach.datapath import CallAnalysis, FindingStatus
from callcoach.reports.terminal import print_scorecard
from tests.reports.calls import small_analysis


def printed(analysis: CallAnalysis, page: Path | None = None, width: int = 100) -> str:
    out = io.StringIO()
    print_scorecard(Console(file=out, width=width), analysis, page)
    return out.getvalue()


@pytest.mark.parametrize(
    "expected",
    [
        "91 / 100",
        "用语规范 Language",
        "54 / 60",
        "△ 警告 Warning  0:05.0  双方静默过长 Dead air  −3",
        "▲ 严重 Serious  0:09.2  我不能 I cannot  −6",
        "坐席：「我不能」",
        "测得 Measured: 3.5 / 3 秒",
        "建议 Say: 看看我们能够帮您做什么",
        "规则运行失败 Rule failed: talk.share: ZeroDivisionError",
        "1 条规则未评估：没有振铃时间",
    ],
)
def test_a_scorecard_says(expected: str) -> None:
    assert expected in printed(small_analysis())


def test_remarks_on_the_recording_are_shown() -> None:
    analysis = small_analysis()
    text = printed(replace(analysis, recording=replace(analysis.recording, notes=(MONO,))))
    assert "说话人未分离" in text
    assert "speakers not separated" in text


def test_fatal_findings_come_before_the_dimensions() -> None:
    analysis = small_analysis()
    card = replace(analysis.scorecard, score=0.0, fatal_finding_ids=("f2",))
    text = printed(replace(analysis, scorecard=card))
    assert text.index("致命项") < text.index("用语规范")


def test_what_waits_for_review_says_so_instead_of_points() -> None:
    analysis = small_analysis()
    waiting = tuple(replace(finding, status=FindingStatus.TO_REVIEW) for finding in analysis.rules.findings)
    card = replace(analysis.scorecard, deductions=())
    assert (
        printed(replace(analysis, rules=replace(analysis.rules, findings=waiting), scorecard=card)).count("待复核") == 2
    )


def test_a_call_without_findings_says_so() -> None:
    analysis = small_analysis()
    empty = replace(
        analysis, rules=replace(analysis.rules, findings=()), scorecard=replace(analysis.scorecard, deductions=())
    )
    assert "没有发现问题" in printed(empty)


def test_the_path_of_the_page_is_never_broken_over_lines() -> None:
    page = Path("/data/calls") / ("x" * 90) / "report.html"
    assert str(page) in printed(small_analysis(), page, width=60)


def test_markup_in_a_transcript_is_text() -> None:
    analysis = small_analysis()
    odd = tuple(replace(finding, quote="[bold]不[/]", name_zh="[red]") for finding in analysis.rules.findings)
    assert "「[bold]不[/]」" in printed(replace(analysis, rules=replace(analysis.rules, findings=odd)))
