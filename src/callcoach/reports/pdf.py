"""One call as a PDF: score, findings with what to say instead, transcript, and what people decided.

Takes the analysis and what stands of its review, gives bytes. Chinese is set in the standard font of Adobe's Simplified
Chinese collection, which readers bring themselves (ISO 32000-1, 9.7.5.2): no font file is needed here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from callcoach.datapath import CallAnalysis, Severity
from callcoach.reports.wording import SEVERITIES, SPEAKERS, Words, clock, figure

FONT = "STSong-Light"
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
class CallSheet:
    """What the PDF says."""

    title: str
    facts: tuple[tuple[str, str], ...]
    score: float
    machine_score: float
    stage: Words
    scores: tuple[ScoreLine, ...]
    findings: tuple[FindingLine, ...]
    corrections: dict[int, str]
    """What turns really say, by number."""
    history: tuple[str, ...]
    chinese: bool
    """The reader's language: Chinese, else English."""


def render_pdf(analysis: CallAnalysis, sheet: CallSheet) -> bytes:
    """Return the PDF."""
    registerFont(UnicodeCIDFont(FONT))
    file = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 16 * mm)
    document = SimpleDocTemplate(file, pagesize=A4, title=sheet.title, author="CallCoach", **margins)
    document.build([*_head(sheet), *_scores(sheet), *_findings(sheet), *_words(analysis, sheet), *_history(sheet)])
    return file.getvalue()


def _say(sheet: CallSheet, zh: str, en: str) -> str:
    return zh if sheet.chinese else en


def _of(sheet: CallSheet, words: Words) -> str:
    return words.zh if sheet.chinese else words.en


def _paragraph(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    return Paragraph(escape(text), style)


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
        [clock(turn.start_s), _of(sheet, SPEAKERS[turn.speaker]), sheet.corrections.get(turn.index, turn.text)]
        for turn in analysis.transcript.turns
    ]
    yield _table([head, *rows], (16, 18, 142))


def _history(sheet: CallSheet) -> Iterator[Flowable]:
    if sheet.history:
        yield _paragraph(_say(sheet, "经过", "History"), _HEADING)
        yield from (_paragraph(line) for line in sheet.history)
    yield Spacer(1, 4 * mm)
