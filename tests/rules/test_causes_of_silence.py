"""Why nobody speaks, on made sound: samples through the real measurements into the built-in rules."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from callcoach.audio.dropouts import dropouts
from callcoach.audio.levels import level_track
from callcoach.audio.pitch import pitch_track
from callcoach.datapath import Call, CallEvent, CallEventKind, Conversation, RtpQuality, Speaker, Turn
from callcoach.rules.definition import Rule
from callcoach.rules.explain import explain_rule
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.sounding import SoundKind, is_typing, kind_of

RATE_HZ = 8000
DURATION_S = 20.0
QUIET = (4.0, 16.0)
"""Nobody says words from here to there; sounds lie half a second inside."""
BOOK = load_rulebook("service-language")
Samples = NDArray[np.float64]
RANDOM = np.random.default_rng(5)


def times(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def hiss(seconds: float, level: float = 12.0) -> Samples:
    return RANDOM.standard_normal(round(seconds * RATE_HZ)) * level


def speech(seconds: float) -> Samples:
    """A voice that glides: harmonics of a pitch that never rests, in syllables."""
    at = times(seconds)
    hz = 190 + 35 * np.sin(2 * np.pi * 1.3 * at) + 20 * np.sin(2 * np.pi * 3.1 * at)
    phase = 2 * np.pi * np.cumsum(hz) / RATE_HZ
    voice = sum(np.sin(n * phase) / n for n in range(1, 12))
    return np.asarray(voice * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at)) * 2500)


def music(seconds: float) -> Samples:
    """A melody over a bass, each note held for half a second, with some hiss of the recording."""
    notes = [262, 330, 392, 330, 294, 349, 440, 392]
    at = times(0.5)
    bars = [sum(np.sin(2 * np.pi * hz * n * at) / n for n in (0.5, 1, 2, 3)) for hz in notes]
    melody = np.concatenate([np.asarray(bars[index % len(bars)]) for index in range(round(seconds / 0.5))])
    return melody * 700 + hiss(seconds, 60)


def ringing(seconds: float) -> Samples:
    at = times(seconds)
    return np.sin(2 * np.pi * 450 * at) * 1500 * (at % 4 < 1)


def rustling(seconds: float) -> Samples:
    """Noise that swells: paper, a chair, a hand on the microphone."""
    return hiss(seconds, 500) * (0.7 + 0.3 * np.sin(2 * np.pi * 0.7 * times(seconds)))


def typing(seconds: float) -> Samples:
    """Four to six keys a second, each a click of some milliseconds."""
    made = np.zeros(round(seconds * RATE_HZ))
    at_s = 0.0
    while at_s < seconds - 0.3:
        click = hiss(0.02, 900) * np.exp(-times(0.02) / 0.004)
        start = round(at_s * RATE_HZ)
        made[start : start + len(click)] += click
        at_s += RANDOM.uniform(0.17, 0.25)
    return made


def knocking(seconds: float) -> Samples:
    """Two knocks: no typing."""
    made = np.zeros(round(seconds * RATE_HZ))
    for at_s in (2.0, 2.4):
        made[round(at_s * RATE_HZ) : round(at_s * RATE_HZ) + 160] += hiss(0.02, 900)
    return made


WAIT = "请您稍等，我登记一下。"
ANSWER = "您说的月卡我看到了。"


def call(
    agent_says: str,
    *,
    agent_sound: Callable[[float], Samples] | None = None,
    customer_lost: tuple[float, float] | None = None,
    breaks: Speaker = Speaker.AGENT,
    **facts: object,
) -> Conversation:
    """Somebody speaks until 4 s, then nobody does until 16 s, when `breaks` goes on."""
    turns = (
        Turn(0, Speaker.CUSTOMER, 0.5, 1.8, "月卡到哪天？"),
        Turn(1, Speaker.AGENT, 2.0, QUIET[0], agent_says),
        Turn(2, breaks, QUIET[1], 18.0, ANSWER if breaks is Speaker.AGENT else "找到了，是七号的。"),
    )
    sides = {side: hiss(DURATION_S) for side in (Speaker.AGENT, Speaker.CUSTOMER)}
    for turn in turns:
        put(sides[turn.speaker], turn.start_s, speech(turn.end_s - turn.start_s))
    if agent_sound is not None:
        put(sides[Speaker.AGENT], QUIET[0] + 0.5, agent_sound(QUIET[1] - QUIET[0] - 1.0))
    if customer_lost is not None:
        first, last = (round(edge * RATE_HZ) for edge in customer_lost)
        sides[Speaker.CUSTOMER][first:last] = 0
    samples = {side: np.clip(one, -32768, 32767).astype(np.int16) for side, one in sides.items()}
    return Conversation(
        Call("made", **facts),  # type: ignore[arg-type]
        DURATION_S,
        turns,
        levels={side: level_track(one, RATE_HZ, []) for side, one in samples.items()},
        pitches={side: pitch_track(one, RATE_HZ) for side, one in samples.items()},
        dropouts={side: dropouts(one, RATE_HZ) for side, one in samples.items()},
    )


def put(track: Samples, at_s: float, sound: Samples) -> None:
    start = round(at_s * RATE_HZ)
    track[start : start + len(sound)] += sound[: len(track) - start]


def rule(name: str) -> Rule:
    found = BOOK.rule(name)
    assert found is not None
    return found


LOST = RtpQuality(packets_received=900, packets_lost=100, jitter_ms=None, round_trip_ms=None)
ON_HOLD = (CallEvent(CallEventKind.HOLD, 4.2, Speaker.AGENT), CallEvent(CallEventKind.RESUME, 15.8, Speaker.AGENT))
THINKS = "您想改到哪一天？"

CAUSES = {
    "hold": (call("我转给财务。", events=ON_HOLD), "呼叫保持中"),
    "announced": (call(WAIT), "坐席事先说了要等"),
    "typing": (call(WAIT, agent_sound=typing), "坐席说了要等，正在打字"),
    "music": (call("我转给财务。", agent_sound=music), "有音乐"),
    "lost": (call("月卡嘛。", customer_lost=(4.5, 15.5), quality=LOST), "线路丢包，声音断了（全程丢包 10.0%）"),
    "thinking": (call(THINKS, breaks=Speaker.CUSTOMER), "客户在想或在照着做"),
}
FOUND = {
    "nothing": (call("月卡嘛。"), "没有原因，是坐席让客户等"),
    "typing unannounced": (
        call("月卡嘛。", agent_sound=typing),
        "没有原因，是坐席让客户等；听得到打字，但没有先请客户稍等",
    ),
    "rustling": (call("月卡嘛。", agent_sound=rustling), "没有原因，是坐席让客户等"),
    "knocking": (call("月卡嘛。", agent_sound=knocking), "没有原因，是坐席让客户等"),
    "partly lost": (
        call("月卡嘛。", customer_lost=(5.0, 8.0)),
        "没有原因，是坐席让客户等；线路丢了其中 25%，不足以解释",
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_silence_with_a_cause_is_set_aside_and_the_explanation_names_it(name: str) -> None:
    conversation, cause = CAUSES[name]
    explained = explain_rule(BOOK, rule("silence.dead_air"), conversation)
    assert not explained.found
    assert cause in {one.cause.zh for one in explained.set_aside}


@pytest.mark.parametrize("name", FOUND)
def test_a_silence_without_a_cause_counts_and_says_what_else_was_heard(name: str) -> None:
    conversation, note = FOUND[name]
    (found,) = explain_rule(BOOK, rule("silence.dead_air"), conversation).found
    assert (found.start_s, found.end_s) == (pytest.approx(QUIET[0], abs=0.2), pytest.approx(QUIET[1], abs=0.2))
    assert found.measure.note.zh == note


def test_the_customer_s_thinking_is_a_finding_of_its_own_rule_without_points() -> None:
    (found,) = explain_rule(BOOK, rule("silence.customer_busy"), CAUSES["thinking"][0]).found
    assert found.measure.note.zh == "客户在想或在照着做"


@pytest.mark.parametrize(
    ("sound", "kind"),
    [
        (music, SoundKind.MUSIC),
        (lambda seconds: np.sin(2 * np.pi * 450 * times(seconds)) * 1500, SoundKind.TONE),
        (speech, SoundKind.VOICE),
        (rustling, SoundKind.NOISE),
        (typing, SoundKind.NOISE),
    ],
)
def test_the_kind_of_a_sound(sound: Callable[[float], Samples], kind: SoundKind) -> None:
    samples = (sound(8.0) + hiss(8.0)).astype(np.int16)
    assert kind_of(pitch_track(samples, RATE_HZ), (0.0, 8.0)) is kind


@pytest.mark.parametrize(
    ("sound", "keys"), [(typing, True), (hiss, False), (music, False), (speech, False), (knocking, False)]
)
def test_typing_is_told_from_other_sounds(sound: Callable[[float], Samples], keys: bool) -> None:
    samples = (sound(8.0) + hiss(8.0)).astype(np.int16)
    assert is_typing(level_track(samples, RATE_HZ, []), pitch_track(samples, RATE_HZ), (0.0, 8.0)) is keys
