"""What the page and the terminal show of an analysis, worked out before any template sees it.

Takes a `CallAnalysis`, gives plain rows and cards in the order they are shown. Formats nothing as HTML.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from callcoach.datapath import (
    Call,
    CallAnalysis,
    CallEvent,
    Deduction,
    DimensionScore,
    Finding,
    Segment,
    Severity,
    Speaker,
    Turn,
)
from callcoach.reports.wording import DIRECTIONS, NOBODY, SPEAKERS, Words, clock, figure

SHOWN_SILENCE_S = 2.0
"""Pauses of both sides from this length on are drawn: shorter ones are breath and thought between turns."""
_SEVERITY_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a turn's text, with the findings whose quote covers it, worst first."""

    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn of the transcript with what was found in it."""

    turn: Turn
    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which neither side speaks, with the findings that lie in it."""

    start_s: float
    end_s: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class LostPoints:
    """A deduction and the finding it comes from."""

    deduction: Deduction
    finding: Finding


@dataclass(frozen=True, slots=True)
class DimensionCard:
    """A dimension of the score with all that was taken off it."""

    dimension: DimensionScore
    lost: tuple[LostPoints, ...]


Row = TurnRow | Silence | CallEvent


@dataclass(frozen=True, slots=True)
class CallView:
    """One analysed call as it is shown. `findings` are in order of time, `points` by finding id."""

    analysis: CallAnalysis
    rows: tuple[Row, ...]
    silences: tuple[Silence, ...]
    findings: tuple[Finding, ...]
    dimensions: tuple[DimensionCard, ...]
    points: dict[str, float]

    @property
    def fatal(self) -> tuple[Finding, ...]:
        """The findings that alone decide the score."""
        return tuple(finding for finding in self.findings if finding.id in self.analysis.scorecard.fatal_finding_ids)


def build_view(analysis: CallAnalysis) -> CallView:
    """Arrange an analysis for showing."""
    findings = tuple(sorted(analysis.rules.findings, key=lambda finding: (finding.start_s, finding.end_s, finding.id)))
    silences = tuple(_silences(analysis, findings))
    turns = [_turn_row(turn, findings) for turn in analysis.transcript.turns]
    events = [event for event in analysis.call.events if 0 <= event.at_s <= analysis.recording.duration_s]
    points: dict[str, float] = defaultdict(float)
    for deduction in analysis.scorecard.deductions:
        points[deduction.finding_id] += deduction.points
    return CallView(
        analysis=analysis,
        rows=tuple(sorted([*turns, *silences, *events], key=_row_time)),
        silences=silences,
        findings=findings,
        dimensions=_dimensions(analysis, findings),
        points=dict(points),
    )


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Sort findings by severity, the worst first, and then by time."""
    return sorted(findings, key=lambda finding: (-_SEVERITY_ORDER.index(finding.severity), finding.start_s))


def spoken_silences(segments: Sequence[Segment], duration_s: float) -> Iterator[tuple[float, float]]:
    """Yield the intervals of SHOWN_SILENCE_S or more in which no segment of any side lies."""
    silent_from = 0.0
    for segment in sorted(segments, key=lambda segment: segment.start_s):
        if segment.start_s - silent_from >= SHOWN_SILENCE_S:
            yield silent_from, segment.start_s
        silent_from = max(silent_from, segment.end_s)
    if duration_s - silent_from >= SHOWN_SILENCE_S:
        yield silent_from, duration_s


def facts(analysis: CallAnalysis) -> list[tuple[Words, Words]]:
    """Return what is known of the call and its recording, label and value; unknown facts are left out."""
    return [(label, value) for label, value in (*_call_facts(analysis.call), *_file_facts(analysis)) if value.zh]


def _call_facts(call: Call) -> Iterator[tuple[Words, Words]]:
    remote = f"{call.remote_name} {call.remote_number}".strip()
    started = call.started_at.isoformat(sep=" ", timespec="seconds") if call.started_at else ""
    ended_by = NOBODY if call.ended_by is None or call.ended_by is Speaker.UNKNOWN else SPEAKERS[call.ended_by]
    yield Words("通话编号", "Call id"), Words(call.id, call.id)
    yield Words("方向", "Direction"), DIRECTIONS[call.direction]
    yield Words("坐席", "Agent"), Words(call.agent, call.agent)
    yield Words("对方", "Remote party"), Words(remote, remote)
    yield Words("开始时间", "Started"), Words(started, started)
    if call.ended_by is not None or call.end_reason:
        reason = f" · {call.end_reason}" if call.end_reason else ""
        yield Words("挂断方", "Ended by"), Words(ended_by.zh + reason, ended_by.en + reason)
    yield Words("编解码", "Codec"), Words(call.codec, call.codec)
    if call.quality:
        yield Words("线路质量", "Line quality"), _quality(call)
    for name, value in call.headers:
        yield Words(name, name), Words(value, value)


def _quality(call: Call) -> Words:
    if call.quality is None:
        return Words("", "")
    loss = f"{call.quality.loss_ratio * 100:.2f} %"
    zh, en = [f"丢包 {loss}"], [f"loss {loss}"]
    if call.quality.jitter_ms is not None:
        zh.append(f"抖动 {call.quality.jitter_ms:.0f} ms")
        en.append(f"jitter {call.quality.jitter_ms:.0f} ms")
    if call.quality.round_trip_ms is not None:
        zh.append(f"往返 {call.quality.round_trip_ms:.0f} ms")
        en.append(f"round trip {call.quality.round_trip_ms:.0f} ms")
    return Words("，".join(zh), ", ".join(en))


def _file_facts(analysis: CallAnalysis) -> Iterator[tuple[Words, Words]]:
    recording, rules, card = analysis.recording, analysis.rules, analysis.scorecard
    shape = f"{recording.source_format} · {recording.sample_rate_hz} Hz"
    yield Words("时长", "Length"), Words(clock(recording.duration_s), clock(recording.duration_s))
    yield Words("录音文件", "Recording"), Words(recording.path, recording.path)
    yield Words("客户侧文件", "Customer's file"), Words(recording.customer_path, recording.customer_path)
    yield Words("格式", "Format"), Words(shape, shape)
    yield Words("SHA-256", "SHA-256"), Words(recording.sha256, recording.sha256)
    yield Words("客户侧 SHA-256", "Customer's SHA-256"), Words(recording.customer_sha256, recording.customer_sha256)
    made = f"{analysis.transcript.engine} · {analysis.transcript.model}"
    yield Words("识别引擎", "Recogniser"), Words(made, made)
    judged = f"{rules.rulebook} {rules.rulebook_version} · {card.rubric} {card.rubric_version}"
    yield Words("规则与评分表", "Rulebook and rubric"), Words(judged, judged)


def _row_time(row: Row) -> float:
    if isinstance(row, TurnRow):
        return row.turn.start_s
    return row.at_s if isinstance(row, CallEvent) else row.start_s


def _silences(analysis: CallAnalysis, findings: Sequence[Finding]) -> Iterator[Silence]:
    """Pair each silence with the findings that mostly lie in it and belong to no turn."""
    for start_s, end_s in spoken_silences(analysis.segments, analysis.recording.duration_s):
        inside = [
            finding
            for finding in findings
            if finding.turn_index is None
            and min(end_s, finding.end_s) - max(start_s, finding.start_s) > (finding.end_s - finding.start_s) / 2
        ]
        yield Silence(start_s, end_s, tuple(inside))


def _turn_row(turn: Turn, findings: Sequence[Finding]) -> TurnRow:
    own = worst_first([finding for finding in findings if finding.turn_index == turn.index])
    return TurnRow(turn, tuple(_pieces(turn.text, own)), tuple(own))


def _pieces(text: str, findings: Sequence[Finding]) -> Iterator[Piece]:
    """Cut a text where quotes begin or end, so that overlapping quotes can all be marked."""
    spans = [(finding, finding.text_span) for finding in findings if finding.text_span is not None]
    edges = {0, len(text)} | {edge for _, span in spans for edge in span if 0 < edge < len(text)}
    cuts = sorted(edges)
    for start, end in pairwise(cuts):
        covering = tuple(finding for finding, span in spans if span[0] <= start and end <= span[1])
        yield Piece(text[start:end], covering)


def _dimensions(analysis: CallAnalysis, findings: Sequence[Finding]) -> tuple[DimensionCard, ...]:
    by_id = {finding.id: finding for finding in findings}
    return tuple(
        DimensionCard(
            dimension,
            tuple(
                LostPoints(deduction, by_id[deduction.finding_id])
                for deduction in analysis.scorecard.deductions
                if deduction.dimension == dimension.id and deduction.finding_id in by_id
            ),
        )
        for dimension in analysis.scorecard.dimensions
    )


def measured(finding: Finding) -> str:
    """Return the measured value and the threshold without units; empty for phrases."""
    if finding.value is None:
        return ""
    return (
        figure(finding.value) if finding.threshold is None else f"{figure(finding.value)} / {figure(finding.threshold)}"
    )
