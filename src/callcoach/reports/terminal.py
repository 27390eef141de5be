"""An analysed call as a scorecard in the terminal, Chinese first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from callcoach.datapath import CallAnalysis, Finding, FindingStatus, Severity
from callcoach.reports.view import CallView, build_view, measured
from callcoach.reports.wording import SEVERITIES, SPEAKERS, clock, points, unit

STYLES = {
    Severity.NOTICE: "cyan",
    Severity.WARNING: "yellow",
    Severity.SERIOUS: "bright_red",
    Severity.FATAL: "bold red reverse",
}
BAR_CELLS = 20


def print_scorecard(console: Console, analysis: CallAnalysis, page: Path | None = None) -> None:
    """Print score, dimensions and findings; `page` is the HTML page to name at the end."""
    view = build_view(analysis)
    findings = [_finding(view, finding) for finding in view.findings]
    console.print(Group(_heading(analysis), *_remarks(view), _dimensions(view), *findings))
    if not view.findings:
        console.print("  没有发现问题 No findings", style="green")
    if page is not None:
        console.print(Text(f"  网页 Page: {page}", no_wrap=True, overflow="ignore"), soft_wrap=True)
    console.print()


def _heading(analysis: CallAnalysis) -> Text:
    recording, card = analysis.recording, analysis.scorecard
    return Text.assemble(
        (points(card.score), "bold"),
        (" / 100  ", "dim"),
        (Path(recording.path).name if analysis.call.remote_number == "" else analysis.call.remote_number, "bold"),
        (f"  时长 {clock(recording.duration_s)}  编号 {analysis.call.id}", "dim"),
    )


def _remarks(view: CallView) -> list[Text]:
    """Return what a reader must know before trusting the score."""
    report = view.analysis.rules
    lines = [
        Text(f"  ✖ 致命项，总分记 0 Fatal: {finding.name_zh} {finding.name_en}", "bold red") for finding in view.fatal
    ]
    lines += [
        Text(f"  ✖ 规则运行失败 Rule failed: {failure.rule_id}: {failure.error}", "red") for failure in report.failures
    ]
    lines += [Text(f"  ! {note.zh}\n    {note.en}", "yellow") for note in view.analysis.recording.notes]
    reasons = Counter((item.reason_zh, item.reason_en) for item in report.not_evaluated)
    lines += [
        Text(f"  ! {count} 条规则未评估：{zh}\n    {count} rules not evaluated: {en}", "yellow")
        for (zh, en), count in reasons.items()
    ]
    return lines


def _dimensions(view: CallView) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    for card in view.dimensions:
        dimension = card.dimension
        full = round(BAR_CELLS * dimension.score / dimension.max_points) if dimension.max_points else 0
        table.add_row(
            Text(f"{dimension.name_zh} {dimension.name_en}"),
            Text.assemble(("█" * full, "blue"), ("░" * (BAR_CELLS - full), "dim")),
            f"{points(dimension.score)} / {points(dimension.max_points)}",
        )
    return Padding(table, (0, 0, 0, 2))


def _finding(view: CallView, finding: Finding) -> RenderableType:
    look = SEVERITIES[finding.severity]
    lost = view.points.get(finding.id, 0.0)
    taken = f"  −{points(lost)}" if lost else ""
    if finding.status is FindingStatus.TO_REVIEW:
        taken = "  待复核 to review"
    head = Text.assemble(
        (f"{look.sign} {look.words.zh} {look.words.en}", STYLES[finding.severity]),
        f"  {clock(finding.start_s)}  ",
        (f"{finding.name_zh} {finding.name_en}", "bold"),
        (taken, "red"),
    )
    return Padding(Group(head, *(Text(f"  {line}") for line in _evidence(finding))), (0, 0, 0, 2))


def _evidence(finding: Finding) -> list[str]:
    lines: list[str] = []
    if finding.quote:
        lines.append(f"{SPEAKERS[finding.speaker].zh}：「{finding.quote}」")
    if finding.value is not None:
        lines.append(f"测得 Measured: {measured(finding)} {unit(finding.unit).zh}")
    if finding.note_zh:
        lines.append(f"另测 Also: {finding.note_zh} · {finding.note_en}")
    if finding.advice_zh:
        lines.append(f"建议 Say: {finding.advice_zh}")
    return lines
