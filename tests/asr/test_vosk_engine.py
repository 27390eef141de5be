"""The real recogniser with the real model."""

import json
import shutil
import threading

import numpy as np
import pytest

from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.sound import Sound
from callcoach.audio.speech import find_segments
from callcoach.datapath import Segment, Speaker
from callcoach.errors import AsrError
from callcoach.evaluation.cer import count_errors, total
from tests.audio.signals import noise, read_flac, tone

pytestmark = pytest.mark.model
SIDES = (Speaker.AGENT, Speaker.CUSTOMER)


@pytest.fixture(scope="module")
def engine(model_dir) -> VoskEngine:
    return VoskEngine(model_dir)


@pytest.fixture(scope="module")
def call(corpus):
    """A labelled call: its sound and its truth."""
    labels = json.loads((corpus / "dev" / "dev11.json").read_text(encoding="utf-8"))
    return Sound(read_flac(corpus / "dev" / "dev11.flac", 2), labels["sample_rate"], SIDES), labels


def mono(samples: np.ndarray, rate_hz: int = 8000) -> Sound:
    return Sound(samples.astype(np.int16)[:, None], rate_hz, (Speaker.AGENT,))


def whole(sound: Sound) -> list[Segment]:
    return [Segment(Speaker.AGENT, 0.0, sound.duration_s)]


def text_of(utterances, speaker=Speaker.AGENT) -> str:
    return "".join(utterance.text for utterance in utterances if utterance.speaker == speaker)


def test_names_say_what_was_used(engine, model_dir):
    assert (engine.name, engine.model) == ("vosk", model_dir.name)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize(
    "signal",
    [np.zeros(24000), noise(3, -35, 8000, 1), tone(3, -20, 8000, (450.0,)), np.full(24000, 32767)],
    ids=["silence", "noise", "tone", "clipped"],
)
def test_sound_without_speech_gives_sane_words_or_none(engine, signal, rate_hz):
    sound = mono(signal, rate_hz)
    for utterance in engine.transcribe(sound, whole(sound)):
        assert 0 <= utterance.start_s < utterance.end_s <= sound.duration_s


@pytest.mark.parametrize("samples", [1, 7, 79, 80, 400, 1000])
def test_clips_of_a_few_milliseconds(engine, samples):
    sound = mono(noise(1, -30, 8000, 2)[:samples])
    assert engine.transcribe(sound, whole(sound)) == ()


def test_no_segments_no_work(engine, call):
    seen: list[float] = []
    assert engine.transcribe(call[0], [], on_progress=seen.append) == ()
    assert seen == []


@pytest.mark.corpus
def test_both_sides_of_a_call_are_recognised(engine, call):
    sound, labels = call
    utterances = engine.transcribe(sound, find_segments(sound))
    for speaker in SIDES:
        truth = "".join(turn["text"] for turn in labels["turns"] if turn["speaker"] == speaker)
        assert count_errors(truth, text_of(utterances, speaker)).rate < 0.25


@pytest.mark.corpus
def test_word_times_are_true_to_the_file(engine, call):
    """Each recognised character against the same character's time in the truth, over the whole call."""
    sound, labels = call
    off_s: list[float] = []
    for utterance in engine.transcribe(sound, find_segments(sound)):
        spoken = [entry for turn in labels["turns"] if turn["speaker"] == utterance.speaker for entry in turn["chars"]]
        for word in utterance.words:
            starts = [start_s for character, start_s, _ in spoken if character == word.text[0]]
            nearest = min((abs(start_s - word.start_s) for start_s in starts), default=9.0)
            if nearest < 1.0:
                off_s.append(nearest)
    assert len(off_s) > 50
    assert np.median(off_s) < 0.08
    assert np.percentile(off_s, 90) < 0.25


def assert_same(found, expected):
    """The same words at the same times; confidences to a hundredth, where rounding may fall either way."""
    assert [utterance.text for utterance in found] == [utterance.text for utterance in expected]
    for utterance, other in zip(found, expected, strict=True):
        for word, twin in zip(utterance.words, other.words, strict=True):
            assert (word.start_s, word.end_s) == pytest.approx((twin.start_s, twin.end_s), abs=0.011)
            assert word.confidence == pytest.approx(twin.confidence, abs=0.011)


@pytest.mark.corpus
def test_threads_and_reuse_change_nothing(engine, model_dir, call):
    sound, _ = call
    segments = find_segments(sound)
    alone = VoskEngine(model_dir).transcribe(sound, segments, workers=1)
    assert VoskEngine(model_dir).transcribe(sound, segments, workers=1) == alone
    for workers in (2, 3):
        assert_same(engine.transcribe(sound, segments, workers=workers), alone)


@pytest.mark.corpus
def test_two_recordings_at_once(engine, call):
    sound, _ = call
    segments = find_segments(sound)
    found = {}

    def transcribe(index: int) -> None:
        found[index] = engine.transcribe(sound, segments, workers=1)

    threads = [threading.Thread(target=transcribe, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_same(found[0], found[1])
    assert_same(found[0], engine.transcribe(sound, segments))


@pytest.mark.corpus
def test_progress_rises_to_the_end(engine, call):
    sound, _ = call
    seen: list[float] = []
    engine.transcribe(sound, find_segments(sound), on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


@pytest.mark.corpus
@pytest.mark.parametrize(("rate_hz", "most"), [(8000, 0.20), (16000, 0.16)])
def test_real_voices_at_both_rates(engine, corpus, rate_hz, most):
    """People reading, found by our own speech detection; the bounds leave room above what was measured."""
    counts = []
    for line in (corpus / "human" / "index.jsonl").read_text(encoding="utf-8").splitlines()[::3]:
        clip = json.loads(line)
        sound = mono(read_flac(corpus / "human" / clip[f"flac_{rate_hz // 1000}k"], 1)[:, 0], rate_hz)
        counts.append(count_errors(clip["text"], text_of(engine.transcribe(sound, find_segments(sound)))))
    assert total(counts).rate < most


@pytest.mark.corpus
def test_an_expected_sentence_is_heard_where_it_is_and_another_is_not(engine, call):
    sound, labels = call
    turn = next(turn for turn in labels["turns"] if turn["speaker"] == "agent" and len(turn["text"]) > 12)
    sentence = "".join(character for character, _, _ in turn["chars"][:6])
    stretch = Segment(Speaker.AGENT, turn["start"], turn["end"])
    heard = engine.transcribe_expecting(sound, [stretch], [sentence, "西红柿炒鸡蛋"])
    (ways,) = heard
    best = "".join(word.text for word in ways[0].words)
    assert sentence in best
    assert "西红柿" not in best
    assert ways[0].words[0].start_s == pytest.approx(turn["chars"][0][1], abs=0.2)
    assert [one.probability for one in ways] == sorted((one.probability for one in ways), reverse=True)
    assert 0.5 < sum(one.probability for one in ways) <= 1.0001
    assert engine.transcribe_expecting(sound, [stretch], ["西红柿炒鸡蛋"]) != heard
    assert engine.transcribe_expecting(sound, [stretch], [sentence, "西红柿炒鸡蛋"]) == heard


@pytest.mark.parametrize("sentences", [[], ["ΞΨ"], ["，"]])
def test_nothing_is_heard_where_nothing_can_be_expected(engine, call, sentences):
    sound, _ = call
    assert engine.transcribe_expecting(sound, [Segment(Speaker.AGENT, 0.0, 5.0)], sentences) == ()


def test_the_checked_model_folder_is_left_alone(model_dir, tmp_path):
    folder = tmp_path / model_dir.name
    shutil.copytree(model_dir, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    VoskEngine(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_that_holds_no_model_says_what_to_run(tmp_path):
    (tmp_path / "broken" / "conf").mkdir(parents=True)
    with pytest.raises(AsrError, match="callcoach models verify broken"):
        VoskEngine(tmp_path / "broken")
    with pytest.raises(AsrError, match="could not load"):
        VoskEngine(tmp_path / "absent")
