"""What trends count of a call beside its score: ring time, silence, talk share, talk-over, hold. Plain arithmetic.

Takes an analysis, gives figures in seconds and shares. None: cannot be told of this recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callcoach.datapath import Call, CallAnalysis, CallEventKind, Segment, Speaker

TALK_OVER_S = 0.5
"""Overlaps from this length on are talk-over; shorter ones are the edges of turns."""
SILENCE_S = 5.0
"""Pauses of both sides from this length on count: the guideline's warning of dead air (S3)."""


@dataclass(frozen=True, slots=True)
class CallMeasures:
    """Figures of one call."""

    ring_s: float | None
    silence_s: float
    """Sum of the pauses of both sides of at least `SILENCE_S`."""
    agent_share: float | None
    """The agent's share of all speech, 0 to 1; None on a mono mix, or without speech."""
    talk_overs: int | None
    hold_s: float


def measure(analysis: CallAnalysis) -> CallMeasures:
    """Return the figures of a call."""
    segments, separated = analysis.segments, analysis.recording.separated
    spoken = {speaker: _length(segments, speaker) for speaker in (Speaker.AGENT, Speaker.CUSTOMER)}
    total_s = sum(spoken.values())
    return CallMeasures(
        ring_s=_ring_s(analysis.call),
        silence_s=round(sum(_pauses(segments, analysis.recording.duration_s, _paused(analysis))), 2),
        agent_share=round(spoken[Speaker.AGENT] / total_s, 4) if separated and total_s > 0 else None,
        talk_overs=_talk_overs(segments) if separated else None,
        hold_s=round(_hold_s(analysis.call, analysis.recording.duration_s), 2),
    )


def _length(segments: tuple[Segment, ...], speaker: Speaker) -> float:
    return sum(one.end_s - one.start_s for one in segments if one.speaker is speaker)


def _ring_s(call: Call) -> float | None:
    rings = [event.at_s for event in call.events if event.kind is CallEventKind.RING]
    answers = [event.at_s for event in call.events if event.kind is CallEventKind.ANSWER]
    return round(max(0.0, answers[0] - rings[0]), 2) if rings and answers else None


def _pauses(segments: tuple[Segment, ...], duration_s: float, paused: list[tuple[float, float]]) -> Iterator[float]:
    heard_to_s = 0.0
    for start_s, end_s in sorted([*((one.start_s, one.end_s) for one in segments), *paused]):
        if start_s - heard_to_s >= SILENCE_S:
            yield start_s - heard_to_s
        heard_to_s = max(heard_to_s, end_s)
    if segments and duration_s - heard_to_s >= SILENCE_S:
        yield duration_s - heard_to_s


def _talk_overs(segments: tuple[Segment, ...]) -> int:
    sides = [[one for one in segments if one.speaker is speaker] for speaker in (Speaker.AGENT, Speaker.CUSTOMER)]
    return sum(
        min(one.end_s, other.end_s) - max(one.start_s, other.start_s) >= TALK_OVER_S
        for one in sides[0]
        for other in sides[1]
    )


def _paused(analysis: CallAnalysis) -> list[tuple[float, float]]:
    """Where the recording was paused: what is silent there is not known."""
    kinds = CallEventKind.RECORDING_PAUSED, CallEventKind.RECORDING_RESUMED
    return list(_between(analysis.call, analysis.recording.duration_s, *kinds))


def _hold_s(call: Call, duration_s: float) -> float:
    held = _between(call, duration_s, CallEventKind.HOLD, CallEventKind.RESUME)
    return sum(max(0.0, end_s - start_s) for start_s, end_s in held)


def _between(
    call: Call, duration_s: float, begins: CallEventKind, ends: CallEventKind
) -> Iterator[tuple[float, float]]:
    """Yield from each event that begins something to the one that ends it, or to the end of the call."""
    since = None
    for event in call.events:
        if event.kind is begins and since is None:
            since = event.at_s
        elif event.kind is ends and since is not None:
            yield since, event.at_s
            since = None
    if since is not None:
        yield since, duration_s
