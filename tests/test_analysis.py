from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from callcoach import analysis
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.decoding import open_recording
from callcoach.datapath import Call, CallAnalysis, NoteKind, Speaker
from callcoach.errors import StoreError
from callcoach.intake import conversation_at
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.scoring import load_rubric
from tests.reports.calls import small_analysis

RULEBOOK = "service-language"


@pytest.fixture(scope="module")
def analysed(corpus: Path, model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> CallAnalysis:
    """A real analysis of a corpus call with planted faults."""
    recording, sound = open_recording(corpus / "dev" / "dev20.flac", work_dir=tmp_path_factory.mktemp("work"))
    shares: list[float] = []
    done = analysis.analyse(
        recording,
        sound,
        Call(id="dev20"),
        engine=VoskEngine(model_dir),
        rulebook=load_rulebook(RULEBOOK),
        rubric=load_rubric(RULEBOOK),
        on_progress=shares.append,
    )
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    return done


@pytest.mark.corpus
@pytest.mark.model
class TestRealAnalysis:
    def test_every_stage_left_its_result(self, analysed: CallAnalysis) -> None:
        assert {segment.speaker for segment in analysed.segments} == {Speaker.AGENT, Speaker.CUSTOMER}
        assert {turn.speaker for turn in analysed.transcript.turns} == {Speaker.AGENT, Speaker.CUSTOMER}
        assert analysed.transcript.engine
        assert analysed.rules.rulebook == RULEBOOK
        assert analysed.rules.failures == ()
        assert analysed.rules.findings
        assert analysed.scorecard.score < 100

    def test_the_rules_see_the_same_in_the_saved_analysis(self, analysed: CallAnalysis, tmp_path: Path) -> None:
        """Levels included, since the recording still lies where it was."""
        analysis.save(analysed, tmp_path)
        conversation = conversation_at(tmp_path, pytest.fail)
        assert conversation.levels
        assert apply_rules(load_rulebook(RULEBOOK), conversation) == analysed.rules

    def test_quotes_are_where_they_say_in_text_and_time(self, analysed: CallAnalysis) -> None:
        turns = {turn.index: turn for turn in analysed.transcript.turns}
        quoted = [
            finding for finding in analysed.rules.findings if finding.text_span and finding.turn_index is not None
        ]
        assert quoted
        for finding in quoted:
            turn = turns[finding.turn_index or 0]
            start, end = finding.text_span or (0, 0)
            assert turn.text[start:end] == finding.quote
            assert turn.start_s <= finding.start_s < finding.end_s <= turn.end_s

    def test_it_validates_against_the_published_schema(self, analysed: CallAnalysis) -> None:
        jsonschema.validate(json.loads(analysis.to_json(analysed)), analysis.json_schema())

    def test_the_same_sound_gives_the_same_analysis(self, analysed: CallAnalysis, tmp_path: Path) -> None:
        path = analysis.save(analysed, tmp_path)
        assert analysis.load(path) == analysed


def test_saving_and_loading_keeps_everything(tmp_path: Path) -> None:
    made = small_analysis()
    assert analysis.load(analysis.save(made, tmp_path)) == made
    assert [file.name for file in tmp_path.iterdir()] == ["analysis.json"]


def test_chinese_stays_readable_in_the_file(tmp_path: Path) -> None:
    assert "我不能给您查" in analysis.save(small_analysis(), tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an analysis"),
        (b"{", "not an analysis"),
        (b"[]", "not an analysis"),
        (b'{"call": {}}', "no schema_version"),
        (b'{"schema_version": 99}', "found schema version 99, expected 1"),
        (b'{"schema_version": 1}', "7 faults"),
    ],
)
def test_what_is_no_analysis_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "analysis.json"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=message) as caught:
        analysis.load(path)
    assert str(path) in str(caught.value)
    assert "callcoach analyze" in str(caught.value)


def test_a_half_written_file_is_refused(tmp_path: Path) -> None:
    path = analysis.save(small_analysis(), tmp_path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(StoreError, match="not an analysis"):
        analysis.load(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        analysis.load(tmp_path / "analysis.json")


class TestSchema:
    def test_it_is_a_schema_and_takes_an_analysis(self) -> None:
        schema = analysis.json_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(analysis.to_json(small_analysis())), schema)

    @pytest.mark.parametrize("missing", ["call", "recording", "scorecard", "transcript"])
    def test_it_refuses_what_lacks_a_part(self, missing: str) -> None:
        plain = json.loads(analysis.to_json(small_analysis()))
        del plain[missing]
        with pytest.raises(jsonschema.ValidationError, match=missing):
            jsonschema.validate(plain, analysis.json_schema())

    def test_notes_of_every_kind_are_known_to_it(self) -> None:
        assert set(analysis.json_schema()["$defs"]["NoteKind"]["enum"]) == {kind.value for kind in NoteKind}


@pytest.mark.model
def test_a_silent_mono_recording_has_no_turns(model_dir: Path, tmp_path: Path) -> None:
    from tests.audio.conftest import write_wav

    silent = write_wav(tmp_path / "silent.wav", np.zeros((8000 * 3, 1), dtype=np.int16))
    recording, sound = open_recording(silent, work_dir=tmp_path)
    done = analysis.analyse(
        recording,
        sound,
        Call(id="silent"),
        engine=VoskEngine(model_dir),
        rulebook=load_rulebook(RULEBOOK),
        rubric=load_rubric(RULEBOOK),
    )
    assert (done.segments, done.transcript.turns) == ((), ())
    assert done.rules.not_evaluated, "who speaks is not known, so rules about a speaker are left out"
    assert replace(done.recording, path="") == replace(recording, path="")
