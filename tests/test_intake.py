from __future__ import annotations

from pathlib import Path

import pytest

from callcoach import analysis
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.errors import CallCoachError
from callcoach.intake import Judges, call_id, conversation_at, find_recordings
from callcoach.rules.rulebook import load_rulebook
from callcoach.scoring import load_rubric
from tests.reports.calls import small_analysis


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "a.wav",
        "B.MP3",
        "notes.txt",
        "line.al",
        "deep/er/c.flac",
        "deep/report-sound.mp3",
        ".hidden/d.wav",
        ".e.wav",
        "calls/one/recording.wav",
        "calls/one/call.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def names(folder: Path, found: list[Path]) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found]


def test_a_folder_gives_its_recordings_and_nothing_of_ours(folder: Path) -> None:
    found = names(folder, find_recordings([str(folder)]))
    assert found == ["B.MP3", "a.wav", "calls/one/recording.wav", "deep/er/c.flac"]


def test_raw_files_are_taken_from_folders_only_when_announced(folder: Path) -> None:
    assert "line.al" in names(folder, find_recordings([str(folder)], raw=True))


def test_patterns_expand_and_files_come_once(folder: Path) -> None:
    found = find_recordings([str(folder / "*.wav"), str(folder / "a.wav"), str(folder / "deep" / "**" / "*.flac")])
    assert names(folder, found) == [".e.wav", "a.wav", "deep/er/c.flac"]


def test_a_relative_pattern(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert find_recordings(["deep/er/*"]) == [Path("deep/er/c.flac")]


@pytest.mark.parametrize("name", ["none.wav", "none/*.wav"])
def test_what_is_not_there_is_kept_to_be_reported(folder: Path, name: str) -> None:
    assert find_recordings([str(folder / name)]) == [folder / name]


def test_a_file_named_by_itself_is_tried_whatever_its_name(folder: Path) -> None:
    assert find_recordings([str(folder / "notes.txt")]) == [folder / "notes.txt"]


def test_a_name_with_brackets_is_a_file_first(folder: Path) -> None:
    (folder / "call[1].wav").touch()
    assert names(folder, find_recordings([str(folder / "call[1].wav")])) == ["call[1].wav"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-05-01 张三.wav", "2024-05-01_张三-0123456789"),
        ("../../etc/passwd", "passwd-0123456789"),
        ("....wav", "call-0123456789"),
        ("a/b\\c:d*.wav", "b_c_d-0123456789"),
        ("x" * 300 + ".wav", "x" * 40 + "-0123456789"),
    ],
)
def test_call_ids_are_safe_names_of_folders(name: str, expected: str) -> None:
    assert call_id(Path(name), "0123456789abcdef") == expected


def test_an_analysis_without_its_recording_gives_its_turns_and_no_levels(tmp_path: Path) -> None:
    analysed = small_analysis()
    path = analysis.save(analysed, tmp_path)
    conversation = conversation_at(path, pytest.fail)
    assert conversation.turns == analysed.transcript.turns
    assert not conversation.levels


def test_a_folder_without_a_call_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(CallCoachError, match=r"neither analysis\.json nor recording\.wav"):
        conversation_at(tmp_path, pytest.fail)


@pytest.mark.model
@pytest.mark.corpus
def test_a_recording_without_an_analysis_is_heard_now(corpus: Path, model_dir: Path) -> None:
    clip = min((corpus / "human").rglob("*.flac"))
    book, rubric = load_rulebook("service-language"), load_rubric("service-language")
    conversation = conversation_at(clip, lambda: Judges(VoskEngine(model_dir), book, rubric))
    assert conversation.turns
    assert conversation.levels
