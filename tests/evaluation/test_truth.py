from __future__ import annotations

from pathlib import Path

import pytest

from callcoach.evaluation.truth import CorpusError, load_corpus


def test_recordings_are_found_in_subfolders_and_other_json_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.json").write_text('{"id": "a", "turns": [], "unknown": 1}')
    (tmp_path / "sub" / "a.flac").touch()
    (tmp_path / "notes.json").write_text("[]")
    (one,) = load_corpus(tmp_path)
    assert (one.name, one.truth.id, one.audio.name) == ("sub/a", "a", "a.flac")


def test_all_wrong_truth_files_are_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text('{"id": "x"}')
        (tmp_path / f"{name}.wav").touch()
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert "a.json: turns" in str(caught.value)
    assert "b.json: turns" in str(caught.value)


def test_a_folder_without_labelled_recordings_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no recording with a truth file"):
        load_corpus(tmp_path)


def test_clips_with_an_index_are_recordings_of_one_voice_at_each_rate(tmp_path: Path) -> None:
    for name in ("a.8k.flac", "a.16k.flac"):
        (tmp_path / name).touch()
    line = '{"id": "a", "text": "你好", "seconds": 1.5, "flac_8k": "a.8k.flac", "flac_16k": "a.16k.flac"}'
    (tmp_path / "index.jsonl").write_text(line)
    low, high = load_corpus(tmp_path)
    assert (low.name, high.name) == ("a.8k", "a.16k")
    assert (low.truth.channels, low.truth.turns[0].text, low.truth.turns[0].end) == (1, "你好", 1.5)


def test_every_fault_of_an_index_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "index.jsonl").write_text(
        '{"id": "a", "seconds": 1}\n{"id": "b", "text": "x", "seconds": 1, "flac_8k": "b.flac"}'
    )
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert "index.jsonl:1: text" in str(caught.value)
    assert "index.jsonl:2: there is no file b.flac" in str(caught.value)


@pytest.mark.corpus
def test_the_development_corpus_is_read(corpus: Path) -> None:
    calls = load_corpus(corpus / "dev")
    assert len(calls) == 30
    assert sum(len(call.truth.findings) for call in calls) > 50
