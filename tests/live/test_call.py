"""A live call with the real recogniser on the demonstration's sound."""

from __future__ import annotations

import threading
import time
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from callcoach.asr.turns import build_turns
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.sound import Sound
from callcoach.audio.speech import find_segments
from callcoach.datapath import Call, CallEvent, CallEventKind, Direction, Speaker
from callcoach.evaluation.cer import count_errors
from callcoach.live.call import LiveCall
from callcoach.live.listening import Listening
from callcoach.live.speaking_up import PAUSE_S, speaks_by_default
from callcoach.live.updates import FindingMade, Gauges, Hint, LiveOver, LiveUpdate, Partial, TurnHeard, as_plain
from callcoach.live.worker import Setup
from callcoach.rules.rulebook import RuleText, load_rulebook
from callcoach.scoring import load_rubric
from callcoach.sip.ports import read_wav

pytestmark = [pytest.mark.model, pytest.mark.slow]

SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
RATE_HZ = 8000
CHUNK = 800
BOOK = load_rulebook("service-language")


def dialogue(name: str) -> np.ndarray:
    """Both sides of a bundled dialogue, shape (frames, 2)."""
    folder = Path(str(resources.files("callcoach.demo") / "dialogues"))
    sides = [np.frombuffer(read_wav(folder / f"{name}.{side}.wav", RATE_HZ), "<i2") for side in SIDES]
    frames = max(map(len, sides))
    return np.stack([np.pad(side, (0, frames - len(side))) for side in sides], axis=1)


@pytest.fixture(scope="module")
def engine(model_dir) -> VoskEngine:
    return VoskEngine(model_dir)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return dialogue("lost-parcel")


def follow(engine: VoskEngine, sound: np.ndarray) -> list[LiveUpdate]:
    """Hear a call as fast as it goes without falling behind: what is told does not depend on the clock."""
    updates: list[LiveUpdate] = []
    call = LiveCall(
        Call("c1", Direction.INBOUND),
        engine=engine,
        rulebook=BOOK,
        rubric=load_rubric("service-language"),
        speaks=speaks_by_default(BOOK),
        sample_rate_hz=RATE_HZ,
        tell=updates.append,
    )
    call.hear_event(CallEvent(CallEventKind.ANSWER, 0.0, Speaker.AGENT))
    for start in range(0, len(sound), CHUNK):
        call.hear(sound[start : start + CHUNK])
        deadline = time.monotonic() + 20
        while call.behind_s > 1.0 and time.monotonic() < deadline:
            time.sleep(0.01)
    call.finish()
    return updates


@pytest.fixture(scope="module")
def updates(engine, sound) -> list[LiveUpdate]:
    return follow(engine, sound)


def test_it_ends_with_the_end_and_lost_nothing(updates, sound):
    assert updates[-1] == LiveOver(round(len(sound) / RATE_HZ, 2), 0.0)


def test_turns_come_in_order_and_read_like_the_finished_call(updates, engine, sound):
    turns = [update.turn for update in updates if isinstance(update, TurnHeard)]
    assert [turn.index for turn in turns] == list(range(len(turns)))
    assert [turn.start_s for turn in turns] == sorted(turn.start_s for turn in turns)
    whole = Sound(sound, RATE_HZ, SIDES)
    finished = build_turns(engine.transcribe(whole, find_segments(whole)))
    for speaker in SIDES:
        live_text, text = ("".join(t.text for t in some if t.speaker is speaker) for some in (turns, finished))
        assert count_errors(text, live_text).rate < 0.15


def test_hints_name_what_was_said_and_what_to_say_and_do_not_crowd(updates):
    hints = [update for update in updates if isinstance(update, Hint)]
    assert hints
    assert all(hint.advice_zh and (hint.quote or hint.value is not None) for hint in hints)
    times = [hint.at_s for hint in hints]
    assert all(later - earlier >= PAUSE_S - 0.01 for earlier, later in pairwise(times))


def test_a_wording_is_hinted_at_before_its_turn_is_over(updates):
    order = [type(update).__name__ for update in updates if isinstance(update, Hint | FindingMade)]
    assert order[0] == "Hint"


def test_the_score_only_falls(updates):
    scores = [update.score for update in updates if isinstance(update, FindingMade)]
    assert scores
    assert scores == sorted(scores, reverse=True)


def test_gauges_tell_who_speaks(updates):
    gauges = [update for update in updates if isinstance(update, Gauges)]
    assert {one.last_speaker for one in gauges} >= set(SIDES)
    assert any(one.agent_pace for one in gauges)
    assert all(one.agent_share is None or 0 <= one.agent_share <= 1 for one in gauges)


def test_partials_end_empty(updates):
    for speaker in SIDES:
        texts = [update.text for update in updates if isinstance(update, Partial) and update.speaker is speaker]
        assert texts
        assert texts[-1] == ""


def test_every_update_is_plain_data(updates):
    assert {as_plain(update)["update"] for update in updates} >= {"Partial", "TurnHeard", "Hint", "Gauges", "LiveOver"}


def hints_of(updates: list[LiveUpdate], rule_id: str) -> list[Hint]:
    return [update for update in updates if isinstance(update, Hint) and update.rule_id == rule_id]


def test_a_raised_voice_and_a_silence_are_told_while_they_go_on(engine, sound):
    """The agent says a sentence at their usual level, then louder; the customer asks, and nobody answers."""
    agent, customer = (_first_words(sound[:, side]) for side in (0, 1))
    gap = np.zeros(RATE_HZ, dtype=np.int16)
    loud = np.clip(agent.astype(np.int32) * 10 ** (9 / 20), -32768, 32767).astype(np.int16)
    spoken = np.concatenate([agent, gap, agent, gap, loud, gap])
    asked = np.concatenate([np.zeros_like(spoken), customer, np.zeros(12 * RATE_HZ, dtype=np.int16)])
    both = np.stack([np.pad(spoken, (0, len(asked) - len(spoken))), asked], axis=1)
    updates = follow(engine, both)
    (raised,) = hints_of(updates, "voice.raised")
    loud_to_s = (len(spoken) - len(gap)) / RATE_HZ
    assert loud_to_s - len(agent) / RATE_HZ < raised.at_s < loud_to_s + 0.8
    assert raised.value is not None
    assert raised.value > 5
    first, second = hints_of(updates, "silence.dead_air")
    since_s = (len(spoken) + len(customer)) / RATE_HZ
    assert first.start_s == pytest.approx(since_s, abs=1.2), "the customer's last whole word"
    assert 5.0 <= first.at_s - first.start_s < 5.8
    assert (first.severity, second.severity) == ("warning", "serious")


def _first_words(side: np.ndarray, seconds: float = 4.0) -> np.ndarray:
    """The side's first seconds of speech, from where it begins."""
    begins = int(np.argmax(np.abs(side.astype(np.int32)) > 1500))
    return side[begins : begins + int(seconds * RATE_HZ)]


PUBLISHED = RuleText(
    "own.pronoun",
    """
id: own.pronoun
version: 1
name: {zh: 说我或你, en: Says I or you}
category: negative
severity: notice
applies_to: agent
condition: {kind: phrase, any: [我, 你, 好]}
advice: {zh: 换一种说法, en: Say it otherwise}
source: {document: S0, phrase: 我}
hits: [【我】来, 【你】来, 【好】的]
misses: [来, 去, 查]
""",
)


def test_a_worker_that_is_killed_is_started_again_and_hears_on_by_the_rules_in_force(model_dir, sound):
    heard: list[LiveUpdate] = []
    over = threading.Event()

    def tell(update: LiveUpdate) -> None:
        heard.append(update)
        if isinstance(update, LiveOver):
            over.set()

    listening = Listening(Setup(model_dir, "service-language", "service-language"))
    try:
        assert listening.ready.wait(60)
        listening.begin(Call("c1", Direction.INBOUND), RATE_HZ, tell)
        listening.use_rules((PUBLISHED,))
        half = len(sound) // 2
        listening.hear("c1", sound[:half].tobytes())
        listening.kill_worker()
        assert _until(lambda: not listening.ready.is_set())
        assert listening.ready.wait(60)
        for start in range(half, len(sound), CHUNK):
            listening.hear("c1", sound[start : start + CHUNK].tobytes())
            time.sleep(0.005)
        listening.finish("c1")
        assert over.wait(60)
    finally:
        listening.close()
    turns = [update.turn for update in heard if isinstance(update, TurnHeard)]
    assert turns
    assert all(turn.start_s >= half / RATE_HZ - 1 for turn in turns[-2:])
    found = [update.finding for update in heard if isinstance(update, FindingMade)]
    assert "own.pronoun" in {one.rule_id for one in found if one.start_s > half / RATE_HZ}


def _until(done, timeout_s: float = 30) -> bool:
    end = time.monotonic() + timeout_s
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
    return done()
