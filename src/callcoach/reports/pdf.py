"""One call as a PDF: score, findings with what to say instead, transcript with corrections, notes, and the history.

Takes the analysis and what stands of its review, gives bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from callcoach.datapath import CallAnalysis, Severity, Turn
from callcoach.reports.print_font import FONT, known, markup
from callcoach.reports.wording import SEVERITIES, SPEAKERS, Words, clock, figure

_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
_SOFT = ParagraphStyle("soft", parent=_TEXT, textColor=colors.HexColor("#586270"))
_TITLE = ParagraphStyle("title", parent=_TEXT, fontSize=15, leading=20, spaceAfter=4)
_HEADING = ParagraphStyle("heading", parent=_TEXT, fontSize=11, leading=16, spaceBefore=10, spaceAfter=4)
_GRID = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#dde1e7")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A dimension: what the machine and the review left of it."""

    name: Words
    machine: float
    reviewed: float | None
    most: float


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as it stands."""

    severity: Severity
    name: Words
    at_s: float
    quote: str
    advice: Words
    points: float
    verdict: Words


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A remark about a moment."""

    at_s: float
    text: str
    by: str
    """Who wrote it, and when."""


@dataclass(frozen=True, slots=True)
class CallSheet:
    """What the PDF says."""

    title: str
    facts: tuple[tuple[str, str], ...]
    score: float
    machine_score: float
    stage: Words
    scores: tuple[ScoreLine, ...]
    findings: tuple[FindingLine, ...]
    unassessed: tuple[str, ...]
    """Rules that had no say in the score, and why."""
    notes: tuple[NoteLine, ...]
    corrections: dict[int, str]
    """What turns really say, by number."""
    history: tuple[str, ...]
    chinese: bool
    """The reader's language: Chinese, else English."""


def render_pdf(analysis: CallAnalysis, sheet: CallSheet) -> bytes:
    """Return the PDF."""
    known()
    file = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 16 * mm)
    document = SimpleDocTemplate(file, pagesize=A4, title=sheet.title, author="CallCoach", **margins)
    parts = (_head(sheet), _scores(sheet), _findings(sheet), _notes(sheet), _words(analysis, sheet), _history(sheet))
    foot = _foot(sheet)
    document.build([one for part in parts for one in part], onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _foot(sheet: CallSheet) -> Callable[[Canvas, SimpleDocTemplate], None]:
    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.setFillColor(_SOFT.textColor)
        page = _say(sheet, f"第 {document.page} 页", f"Page {document.page}")
        canvas.drawRightString(A4[0] - 16 * mm, 9 * mm, f"CallCoach · {page}")

    return draw


def _say(sheet: CallSheet, zh: str, en: str) -> str:
    return zh if sheet.chinese else en


def _of(sheet: CallSheet, words: Words) -> str:
    return words.zh if sheet.chinese else words.en


def _paragraph(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    return Paragraph(markup(text), style)


def _table(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Table:
    cells = [[_paragraph(text, _SOFT if number == 0 else _TEXT) for text in row] for number, row in enumerate(rows)]
    return Table(cells, colWidths=[width * mm for width in widths], style=_GRID, repeatRows=1)


def _head(sheet: CallSheet) -> Iterator[Flowable]:
    yield _paragraph(sheet.title, _TITLE)
    yield _paragraph("   ".join(f"{name} {value}" for name, value in sheet.facts if value), _SOFT)
    score = f"{_say(sheet, '评分', 'Score')} {figure(sheet.score)} / 100"
    machine = f"{_say(sheet, '机器', 'machine')} {figure(sheet.machine_score)}"
    yield _paragraph(f"{score}   {machine}   {_of(sheet, sheet.stage)}", _HEADING)


def _scores(sheet: CallSheet) -> Iterator[Flowable]:
    head = [
        _say(sheet, *pair) for pair in (("维度", "Dimension"), ("机器", "Machine"), ("复核", "Review"), ("满分", "Of"))
    ]
    rows = [
        [
            _of(sheet, one.name),
            figure(one.machine),
            "–" if one.reviewed is None else figure(one.reviewed),
            figure(one.most),
        ]
        for one in sheet.scores
    ]
    yield _table([head, *rows], (78, 30, 30, 30))
    if sheet.unassessed:
        count = len(sheet.unassessed)
        said = _say(sheet, f"评分没有考虑 {count} 条规则：", f"The score says nothing of {count} rules: ")
        yield _paragraph(said + _say(sheet, "；", "; ").join(sheet.unassessed), _SOFT)


def _findings(sheet: CallSheet) -> Iterator[Flowable]:
    yield _paragraph(_say(sheet, f"问题 {len(sheet.findings)}", f"Findings {len(sheet.findings)}"), _HEADING)
    if not sheet.findings:
        return
    pairs = (("时刻", "At"), ("问题", "Finding"), ("原话", "Said"), ("建议说法", "Say instead"), ("扣分", "Points"))
    head = [_say(sheet, *pair) for pair in pairs]
    rows = [
        [
            clock(one.at_s),
            f"{_of(sheet, SEVERITIES[one.severity].words)} {_of(sheet, one.name)} {_of(sheet, one.verdict)}",
            one.quote,
            _of(sheet, one.advice),
            figure(one.points) if one.points else "",
        ]
        for one in sheet.findings
    ]
    yield _table([head, *rows], (16, 46, 44, 56, 14))


def _words(analysis: CallAnalysis, sheet: CallSheet) -> Iterator[Flowable]:
    yield _paragraph(_say(sheet, "通话文字", "Transcript"), _HEADING)
    head = [_say(sheet, *pair) for pair in (("时刻", "At"), ("说话人", "Speaker"), ("内容", "Said"))]
    rows = [
        [clock(turn.start_s), _of(sheet, SPEAKERS[turn.speaker]), _said(turn, sheet)]
        for turn in analysis.transcript.turns
    ]
    yield _table([head, *rows], (16, 18, 142))


def _said(turn: Turn, sheet: CallSheet) -> str:
    corrected = sheet.corrections.get(turn.index)
    if corrected is None:
        return turn.text
    return corrected + _say(sheet, f"（更正；机器转写：{turn.text}）", f" (corrected; the machine wrote: {turn.text})")


def _notes(sheet: CallSheet) -> Iterator[Flowable]:
    if not sheet.notes:
        return
    yield _paragraph(_say(sheet, "备注", "Notes"), _HEADING)
    head = [_say(sheet, *pair) for pair in (("时刻", "At"), ("备注", "Note"), ("作者", "By"))]
    yield _table([head, *([clock(one.at_s), one.text, one.by] for one in sheet.notes)], (16, 112, 48))


def _history(sheet: CallSheet) -> Iterator[Flowable]:
    if sheet.history:
        yield _paragraph(_say(sheet, "经过", "History"), _HEADING)
        yield from (_paragraph(line) for line in sheet.history)
