"""The second hearing with the real recogniser on real misheard sentences of the corpus."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from callcoach.analysis import SoundListener
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.decoding import open_recording
from callcoach.audio.sound import Sound
from callcoach.datapath import Speaker, Turn, Word
from callcoach.rules.sound.amending import amend_turns
from callcoach.rules.sound.search import SoundIndex

pytestmark = [pytest.mark.corpus, pytest.mark.model]


@dataclass(frozen=True)
class Said:
    """A sentence of the corpus: where it lies, and how a first pass might have written it."""

    sound: Sound
    start_s: float
    end_s: float

    def heard_as(self, words: str) -> Turn:
        texts = words.split()
        step_s = (self.end_s - self.start_s) / sum(map(len, texts))
        at_s, timed = self.start_s, list[Word]()
        for text in texts:
            timed.append(Word(text, at_s, at_s + step_s * len(text), 0.9))
            at_s += step_s * len(text)
        return Turn(0, Speaker.AGENT, self.start_s, at_s, "".join(texts), tuple(timed))


@pytest.fixture(scope="module")
def engine(model_dir: Path) -> VoskEngine:
    return VoskEngine(model_dir)


@pytest.fixture
def sentence(corpus: Path, tmp_path: Path) -> Callable[[str, str, str], Said]:
    def find(recording: str, first: str, last: str) -> Said:
        _, sound = open_recording(corpus / f"{recording}.flac", work_dir=tmp_path)
        truth = json.loads((corpus / f"{recording}.json").read_text(encoding="utf-8"))
        turn = next(one for one in truth["turns"] if first in one["text"] and one["speaker"] == "agent")
        letters = "".join(letter for letter, _, _ in turn["chars"])
        begin, end = letters.index(first), letters.index(last) + len(last)
        return Said(sound, turn["chars"][begin][1], turn["chars"][end - 1][2])

    return find


def test_what_was_said_wins_over_what_was_written(
    engine: VoskEngine, sentence: Callable[[str, str, str], Said]
) -> None:
    said = sentence("dev/dev16", "您没有填对", "您没有填对")
    turn = said.heard_as("您 没有钱 对")
    index = SoundIndex(["你没有填对"])
    amended = amend_turns((turn,), index, SoundListener(engine, said.sound))
    (amendment,) = amended.amendments
    assert amendment.evidence is not None
    assert amendment.evidence.log_ratio > 0
    assert amendment.confidence > 0.9
    assert amended.turns[0].text == "你没有填对"


def test_what_was_not_said_stays_as_it_was_written(
    engine: VoskEngine, sentence: Callable[[str, str, str], Said]
) -> None:
    said = sentence("dev/dev02", "这是我们应该做的", "这是我们应该做的")
    turn = said.heard_as("这 是 我们 应该 做 的")
    amended = amend_turns((turn,), SoundIndex(["这不是我们应该做的"]), SoundListener(engine, said.sound))
    assert amended.turns == (turn,)


def test_readings_that_cannot_be_spelt_are_left_out(
    engine: VoskEngine, sentence: Callable[[str, str, str], Said]
) -> None:
    said = sentence("dev/dev16", "您没有填对", "您没有填对")
    listener = SoundListener(engine, said.sound)
    assert listener.weigh(Speaker.AGENT, said.start_s, said.end_s, [("hello",)]) == ()
    best, *_ = listener.weigh(
        Speaker.AGENT, said.start_s, said.end_s, [("hello",), ("您没有填对",), ("您", "没有钱", "对")]
    )
    assert best.text == "您没有填对"


def test_hypotheses_come_best_first(engine: VoskEngine, sentence: Callable[[str, str, str], Said]) -> None:
    said = sentence("dev/dev16", "您没有填对", "您没有填对")
    readings = [("您没有填对",), ("您", "没有钱", "对"), ("我不知道",)]
    scores = [
        one.log_likelihood
        for one in SoundListener(engine, said.sound).weigh(Speaker.AGENT, said.start_s, said.end_s, readings)
    ]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)


def test_a_phrase_is_found_where_the_first_pass_wrote_something_else(
    engine: VoskEngine, sentence: Callable[[str, str, str], Said]
) -> None:
    said = sentence("dev/dev16", "您没有填对", "您没有填对")
    turn = said.heard_as("大家 没有 好")
    index = SoundIndex(["你没有填对"])
    listener = SoundListener(engine, said.sound)
    assert amend_turns((turn,), index, listener).turns == (turn,)
    amended = amend_turns((turn,), index, listener, ["您没有填对", "我们一步一步来", "请您稍等"])
    assert amended.turns[0].text == "你没有填对"
