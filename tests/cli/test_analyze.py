"""`callcoach analyze` with the real model: what it prints, writes and returns."""

from __future__ import annotations

import json
import shutil
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from callcoach import analysis
from callcoach.audio.decoding import file_sha256
from callcoach.cli.main import app
from callcoach.datapath import Call, Direction, NoteKind, Speaker

CALL = "dev20"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["analyze", *map(str, arguments)])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(corpus: Path, model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good call between two files that are none."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "a-text.wav").write_text("不是录音")
    shutil.copy(corpus / "dev" / f"{CALL}.flac", folder / f"b-{CALL}.flac")
    (folder / "c-empty.mp3").touch()
    return folder


@pytest.fixture(scope="module")
def mixed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("out")
    return run(folder, "--out", out, "--json"), out


@pytest.mark.corpus
@pytest.mark.model
class TestMixedFolder:
    def test_the_good_file_is_analysed_between_the_bad(self, mixed: tuple[Result, Path]) -> None:
        result, out = mixed
        assert [line["ok"] for line in lines(result)] == [False, True, False]
        good = lines(result)[1]
        assert Path(good["analysis"]).parent.parent == out
        assert good["score"] == analysis.load(Path(good["analysis"])).scorecard.score
        assert Path(good["page"]).read_text(encoding="utf-8").startswith("<!doctype html>")

    def test_failures_are_summed_up_with_their_reasons(self, mixed: tuple[Result, Path]) -> None:
        result, _ = mixed
        assert result.exit_code == 1
        assert "2 of 3 files failed" in result.stderr
        assert "a-text.wav: found text" in result.stderr
        assert "c-empty.mp3: the file is empty" in result.stderr

    def test_nothing_but_results_is_left(self, mixed: tuple[Result, Path]) -> None:
        _, out = mixed
        assert sorted(file.name for file in out.glob("*/*")) == ["analysis.json", "report.html"]


@pytest.mark.corpus
@pytest.mark.model
def test_a_scorecard_in_the_terminal_and_code_0(folder: Path, tmp_path: Path) -> None:
    result = run(folder / f"b-{CALL}.flac", "--out", tmp_path, "--no-page")
    assert result.exit_code == 0
    assert "/ 100" in result.stdout
    assert sorted(file.name for file in tmp_path.glob("*/*")) == ["analysis.json"]


@pytest.mark.corpus
@pytest.mark.model
def test_a_call_of_our_softphone_brings_its_facts(folder: Path, tmp_path: Path, corpus: Path) -> None:
    from callcoach.audio.decoding import open_recording
    from callcoach.recording.record import CallRecord, RecordedFile, encode

    _, sound = open_recording(corpus / "dev" / f"{CALL}.flac", work_dir=tmp_path)
    home = tmp_path / "calls" / "20261122-own"
    home.mkdir(parents=True)
    with wave.open(str(home / "recording.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.ascontiguousarray(sound.samples).tobytes())
    call = Call(id="20261122-own", direction=Direction.INBOUND, agent="8001", remote_number="13800000000")
    recorded = RecordedFile("recording.wav", file_sha256(home / "recording.wav"), 8000, sound.samples.shape[0])
    (home / "call.json").write_bytes(encode(CallRecord(1, "0.1.0", call, recorded)))
    result = run(home, "--out", tmp_path / "calls", "--no-page", "--json")
    assert result.exit_code == 0, result.stderr
    done = analysis.load(home / "analysis.json")
    assert done.call == call
    assert done.recording.speakers == (Speaker.AGENT, Speaker.CUSTOMER)


@pytest.mark.corpus
@pytest.mark.model
def test_mono_is_marked_and_rules_about_speakers_left_out(corpus: Path, model_dir: Path, tmp_path: Path) -> None:
    result = run(corpus / "dev" / "dev17.flac", "--out", tmp_path, "--no-page", "--json")
    assert result.exit_code == 0
    assert lines(result)[0]["notes"] == [NoteKind.MONO.value]
    done = analysis.load(Path(lines(result)[0]["analysis"]))
    assert done.rules.not_evaluated
    assert not [finding for finding in done.rules.findings if finding.speaker is not Speaker.UNKNOWN]


@pytest.mark.model
def test_a_customer_file_goes_with_one_file(model_dir: Path, tmp_path: Path) -> None:
    result = run("a.wav", "b.wav", "--customer-file", "c.wav", "--out", tmp_path)
    assert result.exit_code == 2
    assert "--customer-file goes with one FILE" in result.stderr


@pytest.mark.model
def test_a_folder_without_recordings(model_dir: Path, tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "No recordings found" in result.stderr


def test_a_missing_model_is_told_before_any_file_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCOACH_DATA_DIR", str(tmp_path))
    result = run(tmp_path / "none.wav")
    assert result.exit_code == 1
    assert "callcoach models fetch" in str(result.exception)


def test_the_schema_command_prints_the_published_schema() -> None:
    result = CliRunner().invoke(app, ["schema"])
    published = Path(__file__).resolve().parents[2] / "docs" / "schema" / "analysis.schema.json"
    assert json.loads(result.stdout) == json.loads(published.read_text(encoding="utf-8"))
