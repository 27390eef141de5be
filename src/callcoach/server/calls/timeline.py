"""What the line of time under the waveform shows beside the findings: what signalling saw, and people's notes.

Takes the call's events and notes, gives marks in the order of time; those with an end are bands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callcoach.datapath import Call, CallEvent, CallEventKind, Speaker
from callcoach.reports.wording import EVENTS, SPEAKERS, Words, figure
from callcoach.server.review.views import NoteView

NOTE = "note"
SIGNS = {
    CallEventKind.RING: "☎",
    CallEventKind.ANSWER: "☎",
    CallEventKind.HOLD: "⏸",
    CallEventKind.MUTE: "∅",
    CallEventKind.DTMF: "#",
    CallEventKind.TRANSFER: "→",
    CallEventKind.TRANSFER_FAILED: "↛",
    CallEventKind.RECORDING_FAILED: "!",
    CallEventKind.RECOVERED: "!",
    CallEventKind.END: "■",
}
"""One letter for what happened; its words stand beside it."""
ENDS = {CallEventKind.HOLD: CallEventKind.RESUME, CallEventKind.MUTE: CallEventKind.UNMUTE}
"""What begins a band, and what ends it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, or a band where `end_s` is given, in seconds of the recording."""

    kind: str
    """Of the event, or `note`."""
    sign: str
    start_s: float
    end_s: float | None
    words: Words


def ring_s(call: Call) -> float | None:
    """Return how long the phone rang before it was answered; None: not known, or nobody answered."""
    rings = [one.at_s for one in call.events if one.kind is CallEventKind.RING]
    answers = [one.at_s for one in call.events if one.kind is CallEventKind.ANSWER]
    return answers[0] - rings[0] if rings and answers and answers[0] > rings[0] else None


def marks_of(call: Call, duration_s: float, notes: Sequence[NoteView] = ()) -> tuple[Mark, ...]:
    """Return the marks of a call."""
    noted = [Mark(NOTE, "✎", one.at_s, None, Words(f"备注：{one.text}", f"Note: {one.text}")) for one in notes]
    return tuple(sorted([*_events(call, duration_s), *noted], key=lambda one: one.start_s))


def _events(call: Call, duration_s: float) -> Iterator[Mark]:
    rang = ring_s(call)
    for number, event in enumerate(call.events):
        if event.kind in ENDS.values() or not 0 <= event.at_s <= duration_s:
            continue
        end_s = _end_s(call.events[number + 1 :], ENDS[event.kind], duration_s) if event.kind in ENDS else None
        words = _words(event, end_s)
        if event.kind is CallEventKind.ANSWER and rang is not None:
            said = f"，振铃 {figure(rang)} 秒", f", after ringing for {figure(rang)} s"
            words = Words(words.zh + said[0], words.en + said[1])
        yield Mark(event.kind.value, SIGNS.get(event.kind, "·"), event.at_s, end_s, words)


def _end_s(later: Sequence[CallEvent], kind: CallEventKind, duration_s: float) -> float:
    """Return where a band ends; one that nothing ended lasts to the end of the recording."""
    return next((min(one.at_s, duration_s) for one in later if one.kind is kind), duration_s)


def _words(event: CallEvent, end_s: float | None) -> Words:
    name = EVENTS[event.kind]
    by = SPEAKERS[event.by] if event.by is not Speaker.UNKNOWN else Words("", "")
    lasted = Words("", "")
    if end_s is not None:
        seconds = figure(end_s - event.at_s)
        lasted = Words(f"{seconds} 秒", f"{seconds} s")
    zh = " · ".join(part for part in (name.zh, by.zh, event.detail, lasted.zh) if part)
    en = " · ".join(part for part in (name.en, by.en, event.detail, lasted.en) if part)
    return Words(zh, en)
