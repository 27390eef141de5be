"""Analysed calls for the report tests: one written by hand, one from the truth of a corpus call."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from callcoach import __version__
from callcoach.audio.decoding import open_recording
from callcoach.audio.sound import Sound
from callcoach.datapath import (
    Call,
    CallAnalysis,
    CallEvent,
    CallEventKind,
    Deduction,
    DimensionScore,
    Direction,
    Finding,
    NotEvaluated,
    Recording,
    RtpQuality,
    RuleFailure,
    RuleReport,
    Scorecard,
    Segment,
    Severity,
    Speaker,
    Transcript,
    Turn,
    Word,
)

HOSTILE = "</script><script>window.broken=1</script><img src=x onerror=window.broken=1>&<!--"
"""What a transcript or a name must never be to a page but text."""
POINTS = {Severity.NOTICE: 1.0, Severity.WARNING: 3.0, Severity.SERIOUS: 6.0, Severity.FATAL: 100.0}


def tone_sound(seconds: float = 12.0, rate_hz: int = 8000) -> Sound:
    """Two sides of seeded noise bursts, each under its own turns."""
    random = np.random.default_rng(7)
    samples = (random.standard_normal((round(seconds * rate_hz), 2)) * 20).astype(np.int16)
    for channel, start_s, end_s in ((0, 0.5, 2.5), (1, 3.0, 5.0), (0, 8.5, 11.0)):
        part = slice(round(start_s * rate_hz), round(end_s * rate_hz))
        samples[part, channel] = (random.standard_normal(samples[part, channel].shape) * 4000).astype(np.int16)
    return Sound(samples, rate_hz, (Speaker.AGENT, Speaker.CUSTOMER))


def small_analysis(text: str = "您好，我不能给您查。") -> CallAnalysis:
    """A call of 12 s with every kind of thing a report shows; `text` is the agent's last turn."""
    turns = (
        Turn(0, Speaker.AGENT, 0.5, 2.5, "您好，海桥货运。"),
        Turn(1, Speaker.CUSTOMER, 3.0, 5.0, "帮我查一下。"),
        Turn(2, Speaker.AGENT, 8.5, 11.0, text),
    )
    findings = (
        _finding(
            "f1",
            "silence.dead_air",
            ("双方静默过长", "Dead air"),
            Severity.WARNING,
            (5.0, 8.5),
            value=3.5,
            threshold=3.0,
            unit="s",
        ),
        _finding(
            "f2",
            "neg.cannot",
            ("我不能", "I cannot"),
            Severity.SERIOUS,
            (9.2, 10.1),
            turn_index=2,
            text_span=(3, 6),
            quote=text[3:6],
        ),
    )
    return CallAnalysis(
        schema_version=1,
        callcoach_version=__version__,
        call=Call(
            id="20261122-100000-small",
            direction=Direction.INBOUND,
            agent="小林 8001",
            remote_number="13800000000",
            remote_name=HOSTILE,
            started_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
            events=(CallEvent(CallEventKind.RING, -4.0), CallEvent(CallEventKind.HOLD, 5.2, Speaker.AGENT)),
            ended_by=Speaker.CUSTOMER,
            codec="PCMA",
            quality=RtpQuality(590, 10, 4.2, None),
        ),
        recording=Recording("small.wav", "0" * 64, 8000, 12.0, (Speaker.AGENT, Speaker.CUSTOMER), "pcm_s16le/wav"),
        segments=tuple(Segment(turn.speaker, turn.start_s, turn.end_s) for turn in turns),
        transcript=Transcript(turns, "truth", "none"),
        rules=RuleReport(
            "service-language",
            "1",
            findings,
            (NotEvaluated("ring.three", "没有振铃时间", "No time of ringing"),),
            (RuleFailure("talk.share", "ZeroDivisionError: division by zero"),),
        ),
        scorecard=_card(findings),
    )


def corpus_analysis(corpus: Path, name: str, work_dir: Path) -> tuple[CallAnalysis, Sound]:
    """A corpus call with its true turns and findings, as a perfect recogniser and rulebook would give them."""
    truth = json.loads((corpus / "dev" / f"{name}.json").read_text())
    recording, sound = open_recording(corpus / "dev" / f"{name}.flac", work_dir=work_dir)
    turns = tuple(_turn(turn) for turn in truth["turns"])
    findings = [
        _finding(
            f"f{number}",
            found["rule"],
            (f"用语 {found['text']}", found["rule"]),
            Severity.SERIOUS if found["exact"] else Severity.WARNING,
            (found["start"], found["end"]),
            turn_index=found["turn"],
            text_span=_span(turns[found["turn"]].text, found["text"]),
            quote=found["text"],
        )
        for number, found in enumerate(truth["findings"])
    ]
    findings += [
        _finding(
            f"s{number}",
            "silence.dead_air",
            ("双方静默过长", "Dead air"),
            Severity.WARNING,
            (s["start"], s["end"]),
            value=s["seconds"],
            threshold=5.0,
            unit="s",
        )
        for number, s in enumerate(truth["silences"])
        if s["kind"] == "dead_air" and s["seconds"] >= 5
    ]
    findings += [
        _finding(
            f"r{raised['turn']}",
            "voice.raised",
            ("音量升高", "Raised voice"),
            Severity.NOTICE,
            (turns[raised["turn"]].start_s, turns[raised["turn"]].end_s),
            turn_index=raised["turn"],
            value=raised["measured_above_median_db"],
            threshold=6.0,
            unit="dB",
        )
        for raised in truth["raised"]
        if turns[raised["turn"]].speaker is Speaker.AGENT
    ]
    analysis = CallAnalysis(
        schema_version=1,
        callcoach_version=__version__,
        call=Call(id=f"corpus-{name}", direction=Direction.INBOUND, agent="小林 8001", remote_number="13800000000"),
        recording=recording,
        segments=tuple(Segment(turn.speaker, turn.start_s, turn.end_s) for turn in turns),
        transcript=Transcript(turns, "truth", "none"),
        rules=RuleReport("service-language", "1", tuple(findings)),
        scorecard=_card(tuple(findings)),
    )
    return analysis, sound


def _finding(
    id_: str,
    rule_id: str,
    names: tuple[str, str],
    severity: Severity,
    span_s: tuple[float, float],
    **more: Any,
) -> Finding:
    return Finding(
        id=id_,
        rule_id=rule_id,
        rule_version=1,
        name_zh=names[0],
        name_en=names[1],
        category="language",
        severity=severity,
        speaker=Speaker.AGENT,
        start_s=span_s[0],
        end_s=span_s[1],
        advice_zh="看看我们能够帮您做什么",
        advice_en="Say what can be done",
        source="S0",
        **more,
    )


def _card(findings: tuple[Finding, ...]) -> Scorecard:
    deductions = tuple(
        Deduction(f.id, "language" if f.text_span else "voice", POINTS[f.severity], capped=index == 3)
        for index, f in enumerate(findings)
    )
    lost = {name: sum(d.points for d in deductions if d.dimension == name) for name in ("language", "voice")}
    dimensions = (
        DimensionScore("language", "用语规范", "Language", 60.0, max(0.0, 60.0 - lost["language"])),
        DimensionScore("voice", "语音与节奏", "Voice and timing", 40.0, max(0.0, 40.0 - lost["voice"])),
    )
    return Scorecard(
        "service-language", "1", sum(d.score for d in dimensions), dimensions, deductions, (), ("振铃次数",)
    )


def _turn(turn: dict[str, object]) -> Turn:
    chars = turn["chars"]
    assert isinstance(chars, list)
    words = tuple(Word(char, start, max(end, start + 0.01), 0.95) for char, start, end in chars)
    return Turn(
        int(str(turn["i"])),
        Speaker(str(turn["speaker"])),
        words[0].start_s,
        words[-1].end_s,
        "".join(w.text for w in words),
        words,
    )


def _span(text: str, quote: str) -> tuple[int, int] | None:
    plain = "".join(char for char in quote if char not in "，。！？、：；")
    start = text.find(plain)
    return (start, start + len(plain)) if start >= 0 else None
