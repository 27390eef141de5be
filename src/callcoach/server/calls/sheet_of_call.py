"""A call and its review as the PDF says them. Takes what the page shows, gives plain data."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from callcoach.datapath import CallAnalysis
from callcoach.reports.pdf import CallSheet, FindingLine, NoteLine, ScoreLine
from callcoach.reports.wording import DIRECTIONS, Words, clock
from callcoach.review.acts import Verdict
from callcoach.server.calls.call_contexts import CallWork, FindingCard
from callcoach.server.pages.messages import Language, Translator
from callcoach.server.review.views import EventView

TYPED = ("add_note", "correct_turn")
"""Kinds of events whose own words the history repeats."""
VERDICTS = {
    None: Words("", ""),
    Verdict.CONFIRMED: Words("（已确认）", "(confirmed)"),
    Verdict.REJECTED: Words("（已驳回）", "(rejected)"),
}


def sheet_of(work: CallWork, analysis: CallAnalysis, translator: Translator, zone: ZoneInfo) -> CallSheet:
    """Return what the PDF says."""
    call, review = work.call, work.review
    reviewed = {one.id: one.score for one in review.reviewed.dimensions} if review.reviewed else {}
    started = call.started_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    labels = ("calls.id", "calls.started", "calls.direction", "calls.duration")
    values = (call.id, started, translator.words(DIRECTIONS[call.direction]), clock(analysis.recording.duration_s))
    return CallSheet(
        title=f"{call.agent or '–'} · {f'{call.customer} {call.number}'.strip() or '–'}",
        facts=tuple((translator(label), value) for label, value in zip(labels, values, strict=True)),
        score=(review.reviewed or review.machine).score,
        machine_score=review.machine.score,
        stage=work.stage,
        scores=tuple(
            ScoreLine(Words(one.name_zh, one.name_en), one.score, reviewed.get(one.id), one.max_points)
            for one in review.machine.dimensions
        ),
        findings=tuple(_line(card) for card in work.findings),
        corrections={turn: one.text for turn, one in work.corrections.items()},
        unassessed=tuple(
            f"{translator.words(one.name)}{_in_brackets(translator, translator.words(one.why))}"
            for one in (*work.failed, *work.left_out)
        ),
        notes=tuple(NoteLine(one.at_s, one.text, f"{one.by} {_moment(one.at, zone)}") for one in review.notes),
        history=tuple(_event(one, translator, zone) for one in review.history),
        chinese=translator.language is Language.ZH,
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _event(one: EventView, translator: Translator, zone: ZoneInfo) -> str:
    who = one.by if one.person_id is not None else translator("one_call.system")
    words = translator.words(Words(one.words_zh, one.words_en))
    text = one.detail.get("text") if one.kind in TYPED else ""
    undone = "" if one.in_force else _in_brackets(translator, translator("one_call.undone"))
    parts = (_moment(one.at, zone), who, words + undone, str(text or ""), one.reason)
    return " ".join(part for part in parts if part)


def _in_brackets(translator: Translator, text: str) -> str:
    return f"（{text}）" if translator.language is Language.ZH else f" ({text})"


def _line(card: FindingCard) -> FindingLine:
    one = card.shown
    return FindingLine(
        severity=one.severity,
        name=Words(one.name_zh, one.name_en),
        at_s=one.start_s,
        quote=one.quote,
        advice=Words(one.advice_zh, one.advice_en or one.advice_zh),
        points=card.points,
        verdict=VERDICTS[one.verdict],
    )
