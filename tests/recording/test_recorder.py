from __future__ import annotations

import json
import os
import shutil
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from callcoach.audio.decoding import open_recording
from callcoach.datapath import Call, CallEvent, CallEventKind, Direction, RtpQuality, Speaker
from callcoach.errors import RecordingError
from callcoach.recording.journal import JOURNAL_FILE
from callcoach.recording.marks import marks_of
from callcoach.recording.record import CALL_FILE, WAV_FILE
from callcoach.recording.recorder import RAW_FILE, CallRecorder, interleave
from callcoach.recording.recovery import recover_all
from callcoach.recording.store import call_folders, load_call, read_record
from callcoach.recording.wav import HEADER_BYTES, finish_wav, sha256_of
from tests.peers.process import wait_until
from tests.peers.sound import read_wav

CALL = Call(
    id="20260704T081502Z-00000001",
    direction=Direction.INBOUND,
    agent="1001",
    remote_number="13800138000",
    remote_name="王女士",
    started_at=datetime(2026, 7, 4, 8, 15, 2, tzinfo=UTC),
    headers=(("X-Call-ID", "crm-77"),),
)
RATE_HZ = 8000
TICK_SAMPLES = 160


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def frame(value: int) -> bytes:
    return np.full(TICK_SAMPLES, value, "<i2").tobytes()


def record(recorder: CallRecorder, clock: Clock, ticks: int, first: int = 0) -> None:
    """Feed ticks that carry their number: the agent's as it is, the customer's negative."""
    for number in range(first, first + ticks):
        recorder.tick(frame(number % 30000), frame(-(number % 30000)))
        clock.now_s += 0.02


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[..., CallRecorder]:
    def build(**options: object) -> CallRecorder:
        return CallRecorder(
            tmp_path / "calls" / CALL.id,
            CALL,
            sample_rate_hz=RATE_HZ,
            clock=clock,
            **options,  # type: ignore[arg-type]
        )

    return build


def test_both_sides_come_back_on_their_channels(make: Callable[..., CallRecorder], clock: Clock) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 100, first=1)
    written = recorder.finish(CALL, mos=4.2)
    samples, rate_hz = read_wav(recorder.folder / WAV_FILE)
    assert rate_hz == RATE_HZ
    assert samples.shape == (100 * TICK_SAMPLES, 2)
    expected = np.repeat(np.arange(1, 101), TICK_SAMPLES)
    assert (samples[:, 0] == expected).all()
    assert (samples[:, 1] == -expected).all()
    assert written.mos == 4.2
    assert sorted(path.name for path in recorder.folder.iterdir()) == [CALL_FILE, WAV_FILE]


@pytest.mark.slow
def test_thirty_minutes_do_not_drift(make: Callable[..., CallRecorder], clock: Clock) -> None:
    """Half an hour with short late ticks: the sides stay together to the sample, and with the clock."""
    recorder = make()
    recorder.start()
    began_s = clock.now_s
    for number in range(30 * 60 * 50):
        marked = number % 500 == 0
        recorder.tick(frame(9000) if marked else b"", frame(-9000) if marked else b"")
        clock.now_s = began_s + (number + 1) * 0.02 + (0.3 if number % 977 == 0 else 0.0)
        if number % 1500 == 0:
            wait_until(lambda: len(recorder._waiting) < 1000, "the writer to keep up")
    recorder.finish(CALL)
    samples, _ = read_wav(recorder.folder / WAV_FILE)
    assert len(samples) == 30 * 60 * RATE_HZ
    for side, value in ((0, 9000), (1, -9000)):
        marks = np.flatnonzero(samples[:, side] == value)[::TICK_SAMPLES]
        assert (marks == np.arange(0, 30 * 60 * RATE_HZ, 10 * RATE_HZ)).all()


def test_ticks_lost_for_good_become_silence(make: Callable[..., CallRecorder], clock: Clock) -> None:
    """The computer slept for 5 s: later speech keeps its place on the clock."""
    recorder = make()
    recorder.start()
    record(recorder, clock, 50, first=1)
    clock.now_s += 5.0
    record(recorder, clock, 50, first=1001)
    recorder.finish(CALL)
    samples, _ = read_wav(recorder.folder / WAV_FILE)
    assert len(samples) == pytest.approx(7.0 * RATE_HZ, abs=TICK_SAMPLES)
    at = int(np.flatnonzero(samples[:, 0] == 1001)[0])
    assert at == pytest.approx(6.0 * RATE_HZ, abs=TICK_SAMPLES)
    assert not samples[RATE_HZ:at].any()


def test_missing_media_is_silence() -> None:
    silence = bytes(320)
    mixed = interleave([(frame(5), b""), (b"", frame(7)), (frame(1)[:100], frame(2))], silence)
    samples = np.frombuffer(mixed, "<i2").reshape(-1, 2)
    assert (samples[:160] == [5, 0]).all()
    assert (samples[160:320] == [0, 7]).all()
    assert (samples[320:370] == [1, 2]).all()
    assert (samples[370:] == [0, 2]).all()


def test_a_call_that_nobody_answered_has_a_record_and_no_sound(make: Callable[..., CallRecorder]) -> None:
    recorder = make()
    recorder.tick(frame(1), frame(1))
    assert recorder.finish(CALL).recording is None
    assert not (recorder.folder / WAV_FILE).exists()
    with pytest.raises(RecordingError, match="never answered"):
        load_call(recorder.folder)


def test_call_and_recording_are_read_back(make: Callable[..., CallRecorder], clock: Clock, tmp_path: Path) -> None:
    call = Call(
        **{
            **{name: getattr(CALL, name) for name in CALL.__dataclass_fields__},
            "events": (CallEvent(CallEventKind.RING, -3.5, Speaker.CUSTOMER), CallEvent(CallEventKind.END, 1.0)),
            "ended_by": Speaker.CUSTOMER,
            "end_reason": "正常挂机 · hung up",
            "codec": "PCMA/8000",
            "quality": RtpQuality(50, 1, 0.5, None),
        }
    )
    recorder = make()
    recorder.start()
    record(recorder, clock, 50)
    recorder.finish(call)
    loaded, recording = load_call(recorder.folder)
    assert loaded == call
    assert recording.speakers == (Speaker.AGENT, Speaker.CUSTOMER)
    assert recording.duration_s == 1.0
    assert recording.sha256 == sha256_of(recorder.folder / WAV_FILE)
    assert list(call_folders(tmp_path / "calls")) == [recorder.folder]


def test_a_changed_recording_is_not_loaded(make: Callable[..., CallRecorder], clock: Clock) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 50)
    recorder.finish(CALL)
    with (recorder.folder / WAV_FILE).open("r+b") as file:
        file.seek(1000)
        file.write(b"x")
    with pytest.raises(RecordingError, match="was changed after recording"):
        load_call(recorder.folder)
    (recorder.folder / WAV_FILE).unlink()
    with pytest.raises(RecordingError, match="is missing"):
        load_call(recorder.folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1}', '{"schema_version": "x", "call": 5}'])
def test_a_damaged_record_is_said_to_be_so(tmp_path: Path, text: str) -> None:
    (tmp_path / CALL_FILE).write_text(text)
    with pytest.raises(RecordingError, match=r"call\.json is not a call record"):
        read_record(tmp_path)


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        read_record(tmp_path)


def test_nobody_else_may_read(make: Callable[..., CallRecorder], clock: Clock) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 10)
    during = {path.name: stat.S_IMODE(path.stat().st_mode) for path in recorder.folder.iterdir()}
    assert set(during.values()) == {0o600}, during
    recorder.finish(CALL)
    after = {path.name: stat.S_IMODE(path.stat().st_mode) for path in recorder.folder.iterdir()}
    assert set(after.values()) == {0o600}, after
    assert stat.S_IMODE(recorder.folder.stat().st_mode) == 0o700


def test_little_free_disk_ends_the_recording_and_keeps_what_there_is(
    make: Callable[..., CallRecorder], clock: Clock
) -> None:
    reasons: list[str] = []
    recorder = make(on_failure=reasons.append)
    recorder.start()
    record(recorder, clock, 100)
    recorder._min_free_bytes = 1 << 60
    clock.now_s += 6.0
    wait_until(lambda: bool(reasons), "the recorder to notice")
    assert "recording.min_free_mb" in reasons[0]
    assert not recorder.recording
    record(recorder, clock, 100)
    assert recorder.finish(CALL).recording is not None
    assert len(reasons) == 1


def test_a_disk_that_is_too_full_from_the_start_records_nothing(make: Callable[..., CallRecorder]) -> None:
    reasons: list[str] = []
    recorder = make(min_free_bytes=1 << 60, on_failure=reasons.append)
    recorder.start()
    assert len(reasons) == 1
    assert recorder.finish(CALL).recording is None


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "calls").write_text("a file in the way")
    with pytest.raises(RecordingError, match="Cannot record into"):
        CallRecorder(tmp_path / "calls" / "x", CALL, sample_rate_hz=RATE_HZ)


_RECORDS_FOREVER = """
import sys, time
from pathlib import Path
from tests.recording.test_recorder import CALL, frame
from callcoach.recording.recorder import CallRecorder
{limit}
failed = []
recorder = CallRecorder(Path(sys.argv[1]) / CALL.id, CALL, sample_rate_hz=8000, on_failure=failed.append)
recorder.start()
for number in range(int(sys.argv[2])):
    recorder.tick(frame(number % 30000), frame(-(number % 30000)))
    time.sleep(0.002)
{end}
"""


def run_recorder(folder: Path, ticks: int, limit: str = "", end: str = "time.sleep(60)") -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}/src:{root}"}
    code = _RECORDS_FOREVER.format(limit=limit, end=end)
    return subprocess.Popen([sys.executable, "-c", code, str(folder), str(ticks)], env=environment)


def test_a_file_size_limit_ends_the_recording_but_not_the_process(tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    end = "record = recorder.finish(CALL); print(failed); assert failed and record.recording; sys.exit(7)"
    process = run_recorder(tmp_path, 400, limit, end)
    assert process.wait(30) == 7
    samples, _ = read_wav(tmp_path / CALL.id / WAV_FILE)
    assert 90_000 < samples.nbytes <= 100_000


def test_a_full_disk_ends_the_recording_and_still_leaves_a_record(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root; the file size limit test covers the rest")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=False)
    if mount.returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        end = "record = recorder.finish(CALL); assert 'No space left' in failed[0], failed; sys.exit(7)"
        assert run_recorder(disk, 600, end=end).wait(30) == 7
        call, recording = load_call(disk / CALL.id)
        assert call == CALL
        assert 3.0 < recording.duration_s < 256 * 1024 / 32000
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_killed_recorder_loses_less_than_a_second(tmp_path: Path) -> None:
    process = run_recorder(tmp_path, 1000)
    raw = tmp_path / CALL.id / RAW_FILE
    wait_until(lambda: raw.exists() and raw.stat().st_size > 300_000, "ten seconds of audio")
    process.kill()
    process.wait()
    assert not (tmp_path / CALL.id / CALL_FILE).exists()
    (found,) = recover_all(tmp_path)
    assert found.record.recovered
    assert found.record.call.events[-2].kind is CallEventKind.RECOVERED
    call, recording = load_call(found.folder)
    assert call.end_reason
    assert call.events[-1].at_s == pytest.approx(recording.duration_s)
    samples, _ = read_wav(Path(recording.path))
    assert (samples[::TICK_SAMPLES, 0] == np.arange(len(samples) // TICK_SAMPLES)).all()
    assert not recover_all(tmp_path), "a second start finds nothing to do"


def test_a_living_recording_is_left_alone(make: Callable[..., CallRecorder], clock: Clock, tmp_path: Path) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 10)
    assert recover_all(tmp_path / "calls") == ()
    recorder.finish(CALL)


PAUSED = replace(
    CALL,
    events=(
        CallEvent(CallEventKind.ANSWER, 0.0, Speaker.AGENT),
        CallEvent(CallEventKind.RECORDING_PAUSED, 0.5, Speaker.AGENT),
        CallEvent(CallEventKind.RECORDING_RESUMED, 1.5, Speaker.AGENT),
    ),
)


def marks_in(wav: Path) -> dict[str, int]:
    """Return the names of a WAV file's cue points and their sample numbers, read chunk by chunk."""
    data = wav.read_bytes()
    assert data[:4] == b"RIFF"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        chunks[data[at : at + 4]] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(data)
    if b"cue " not in chunks:
        return {}
    cues, labels = chunks[b"cue "], chunks[b"LIST"]
    assert labels[:4] == b"adtl"
    points = {struct.unpack_from("<II", cues, at) for at in range(4, len(cues), 24)}
    places = dict(points)
    names: dict[str, int] = {}
    at = 4
    while at < len(labels):
        size, number = struct.unpack_from("<II", labels, at + 4)
        names[labels[at + 12 : at + 8 + size].rstrip(b"\0").decode()] = places[number]
        at += 8 + size + size % 2
    return names


def test_a_pause_is_marked_in_the_file_which_others_still_read(
    make: Callable[..., CallRecorder], clock: Clock, tmp_path: Path
) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 100)
    stored = recorder.finish(PAUSED)
    assert stored.recording
    assert stored.recording.frames == 100 * TICK_SAMPLES
    wav = recorder.folder / WAV_FILE
    assert marks_in(wav) == {"recording paused": 4000, "recording resumed": 12000}
    assert len(read_wav(wav)[0]) == 100 * TICK_SAMPLES
    recording, sound = open_recording(wav, work_dir=tmp_path, trust_sides=True)
    assert recording.duration_s == 2.0
    assert not recording.notes
    assert sound.duration_s == 2.0


@pytest.mark.parametrize("marked", ["header alone", "half of the marks", "all but the name"])
def test_a_crash_while_the_marks_are_written_is_made_good(
    tmp_path: Path, make: Callable[..., CallRecorder], clock: Clock, marked: str
) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 100)
    recorder.note(PAUSED)
    recorder.stop()
    recorder._journal.close()
    folder = recorder.folder
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    finish_wav(whole / RAW_FILE, whole / WAV_FILE, RATE_HZ, marks_of(PAUSED))
    data = (whole / WAV_FILE).read_bytes()
    sound = HEADER_BYTES + 100 * 640
    cut = {"header alone": sound, "half of the marks": sound + 40, "all but the name": len(data)}[marked]
    (folder / RAW_FILE).write_bytes(data[:cut])
    (found,) = recover_all(tmp_path / "calls")
    assert (found.folder / WAV_FILE).read_bytes() == data
    assert found.record.recording
    assert found.record.recording.frames == 100 * TICK_SAMPLES
    assert found.record.call.events[-1].at_s == 2.0
    assert marks_in(found.folder / WAV_FILE) == {"recording paused": 4000, "recording resumed": 12000}


@pytest.mark.parametrize("step", ["before the audio", "torn frame", "wav made, record missing", "record made"])
def test_recovery_from_every_step_of_finishing(tmp_path: Path, clock: Clock, step: str) -> None:
    """What a kill can leave behind, laid out by hand."""
    recorder = CallRecorder(tmp_path / CALL.id, CALL, sample_rate_hz=RATE_HZ, clock=clock)
    folder = recorder.folder
    if step != "before the audio":
        recorder.start()
        record(recorder, clock, 100)
    recorder.stop()
    journal = (folder / JOURNAL_FILE).read_bytes()
    if step == "torn frame":
        with (folder / RAW_FILE).open("ab") as raw:
            raw.write(b"\x01\x02\x03")
    elif step == "wav made, record missing":
        recorder.finish(CALL)
        (folder / CALL_FILE).unlink()
        (folder / JOURNAL_FILE).write_bytes(journal + b'{"torn": ')
    elif step == "record made":
        recorder.finish(CALL)
        (folder / JOURNAL_FILE).write_bytes(journal)
    if (folder / RAW_FILE).exists() or step == "before the audio":
        recorder._journal.close()
    found = recover_all(tmp_path)
    assert len(found) == (0 if step == "record made" else 1)
    assert not (folder / JOURNAL_FILE).exists()
    stored = read_record(folder)
    assert stored.recovered is (step != "record made")
    if step == "before the audio":
        assert stored.recording is None
    else:
        assert load_call(folder)[1].duration_s == 2.0


def test_a_journal_without_a_whole_line_keeps_the_audio(tmp_path: Path, clock: Clock) -> None:
    recorder = CallRecorder(tmp_path / CALL.id, CALL, sample_rate_hz=RATE_HZ, clock=clock)
    recorder.start()
    record(recorder, clock, 100)
    recorder.stop()
    recorder._journal.close()
    (recorder.folder / JOURNAL_FILE).write_bytes(b'{"call": {"id"')
    assert recover_all(tmp_path) == ()
    assert (recorder.folder / RAW_FILE).stat().st_size == HEADER_BYTES + 100 * 640


def test_the_newest_facts_survive_a_crash(tmp_path: Path, clock: Clock) -> None:
    recorder = CallRecorder(tmp_path / CALL.id, CALL, sample_rate_hz=RATE_HZ, clock=clock)
    recorder.start()
    later = Call(id=CALL.id, codec="PCMU/8000", events=(CallEvent(CallEventKind.ANSWER, 0.0, Speaker.AGENT),))
    recorder.note(later)
    wait_until(lambda: len((recorder.folder / JOURNAL_FILE).read_bytes().splitlines()) == 2, "the note to be written")
    record(recorder, clock, 50)
    recorder.stop()
    recorder._journal.close()
    (found,) = recover_all(tmp_path)
    assert found.record.call.codec == "PCMU/8000"
    kinds = [event.kind for event in found.record.call.events]
    assert kinds == [CallEventKind.ANSWER, CallEventKind.RECOVERED, CallEventKind.END]


def test_the_record_is_plain_json_for_other_programs(make: Callable[..., CallRecorder], clock: Clock) -> None:
    recorder = make()
    recorder.start()
    record(recorder, clock, 50)
    recorder.finish(CALL)
    plain = json.loads((recorder.folder / CALL_FILE).read_text())
    assert plain["recording"]["channels"] == ["agent", "customer"]
    assert plain["call"]["remote_name"] == "王女士"
    assert plain["call"]["started_at"] == "2026-07-04T08:15:02Z"
    assert "王女士" in (recorder.folder / CALL_FILE).read_text()


def test_a_slow_disk_never_holds_up_the_media_clock(make: Callable[..., CallRecorder], clock: Clock) -> None:
    """Ticks only queue: the writer is kept from running and still every tick is taken."""
    recorder = make()
    recorder.start()
    record(recorder, clock, 500)
    assert recorder.position_s == pytest.approx(10.0)
    time.sleep(0.3)
    recorder.finish(CALL)
    assert len(read_wav(recorder.folder / WAV_FILE)[0]) == 500 * TICK_SAMPLES
