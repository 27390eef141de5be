from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from callcoach.audio import ffmpeg
from callcoach.audio.decoding import AgentSide, RawFormat, open_recording
from callcoach.audio.sound import Sound
from callcoach.datapath import NoteKind, Recording, Speaker
from callcoach.errors import AudioFormatError
from tests.audio.conftest import RATE_HZ, SECONDS, two_tones, write_wav

BOTH = (Speaker.AGENT, Speaker.CUSTOMER)
AGENT_TONE_HZ, CUSTOMER_TONE_HZ = 400, 1000


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(params=["system", "package"])
def either_ffmpeg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run with the system's ffmpeg and with the packaged one, which print differently."""
    if request.param == "package":
        monkeypatch.setattr("shutil.which", lambda _: None)
    ffmpeg.find_ffmpeg.cache_clear()
    yield
    ffmpeg.find_ffmpeg.cache_clear()


def tone_hz(sound: Sound, speaker: Speaker) -> float:
    """The strongest frequency of one side."""
    side = sound.side(speaker).astype(float)
    spectrum = np.abs(np.fft.rfft(side * np.hanning(side.size)))
    return float(np.argmax(spectrum)) * sound.sample_rate_hz / side.size


def kinds(recording: Recording) -> list[NoteKind]:
    return [note.kind for note in recording.notes]


def assert_both_tones(sound: Sound, *, agent_hz: float = AGENT_TONE_HZ, customer_hz: float = CUSTOMER_TONE_HZ) -> None:
    assert tone_hz(sound, Speaker.AGENT) == pytest.approx(agent_hz, abs=3)
    assert tone_hz(sound, Speaker.CUSTOMER) == pytest.approx(customer_hz, abs=3)


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("a.mp3", ("-c:a", "libmp3lame", "-b:a", "32k"), (8000, "mp3/mp3")),
        ("a.flac", (), (8000, "flac/flac")),
        ("a.ogg", ("-c:a", "libopus"), (16000, "opus/ogg")),
        ("a.m4a", ("-c:a", "aac"), (8000, "aac/mov")),
        ("alaw.wav", ("-c:a", "pcm_alaw"), (8000, "pcm_alaw/wav")),
        ("u8.wav", ("-c:a", "pcm_u8"), (8000, "pcm_u8/wav")),
        ("float.wav", ("-c:a", "pcm_f32le"), (8000, "pcm_f32le/wav")),
        ("24bit-96k.wav", ("-ar", "96000", "-c:a", "pcm_s24le"), (16000, "pcm_s24le/wav")),
        ("44k.wav", ("-ar", "44100"), (16000, "pcm_s16le/wav")),
        ("6k.wav", ("-ar", "6000"), (8000, "pcm_s16le/wav")),
        ("11k.wav", ("-ar", "11025"), (16000, "pcm_s16le/wav")),
    ],
)
def test_foreign_formats(
    convert: Callable[..., Path], work: Path, name: str, options: tuple[str, ...], expected: tuple[int, str]
) -> None:
    path = convert(name, *options)
    recording, sound = open_recording(path, work_dir=work)
    assert (recording.sample_rate_hz, recording.source_format) == expected
    assert recording.speakers == BOTH
    assert recording.duration_s == pytest.approx(SECONDS, abs=0.15)
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert kinds(recording) == []
    assert_both_tones(sound)


@pytest.mark.usefixtures("either_ffmpeg")
def test_amr_is_mono(convert: Callable[..., Path], work: Path) -> None:
    recording, _ = open_recording(convert("a.amr", "-ac", "1", "-c:a", "libopencore_amrnb"), work_dir=work)
    assert recording.speakers == (Speaker.UNKNOWN,)
    assert kinds(recording) == [NoteKind.MONO]
    assert "未分离" in recording.notes[0].zh


def test_plain_wav_is_mapped_not_decoded(wav: Path, work: Path) -> None:
    recording, sound = open_recording(wav, work_dir=work)
    assert isinstance(sound.samples, np.memmap)
    assert list(work.iterdir()) == []
    assert np.array_equal(sound.samples, two_tones())
    assert recording.source_format == "pcm_s16le/wav"


def test_the_agent_may_be_on_the_right(wav: Path, work: Path) -> None:
    _, sound = open_recording(wav, agent_side=AgentSide.RIGHT, work_dir=work)
    assert_both_tones(sound, agent_hz=CUSTOMER_TONE_HZ, customer_hz=AGENT_TONE_HZ)


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_raw_g711(convert: Callable[..., Path], work: Path, law: str) -> None:
    name = "alaw" if law == "alaw" else "mulaw"
    path = convert("call.raw", "-f", name)
    recording, sound = open_recording(
        path, raw=RawFormat("alaw" if law == "alaw" else "ulaw", channels=2), work_dir=work
    )
    assert (recording.source_format, recording.duration_s) == (f"pcm_{name}/raw", SECONDS)
    assert_both_tones(sound)


@pytest.mark.usefixtures("either_ffmpeg")
def test_raw_g711_is_never_guessed(convert: Callable[..., Path], work: Path) -> None:
    path = convert("call.al", "-f", "alaw")
    with pytest.raises(AudioFormatError, match="--raw alaw"):
        open_recording(path, work_dir=work)


def test_raw_flag_on_a_file_with_a_header(wav: Path, work: Path) -> None:
    with pytest.raises(AudioFormatError, match="Leave out --raw"):
        open_recording(wav, raw=RawFormat("alaw"), work_dir=work)


class TestTwoFiles:
    def test_sides_are_joined_and_the_shorter_padded(self, tmp_path: Path, work: Path) -> None:
        tones = two_tones()
        agent = write_wav(tmp_path / "agent.wav", tones[:, :1])
        customer = write_wav(tmp_path / "customer.wav", tones[: RATE_HZ * 2, 1:])
        recording, sound = open_recording(agent, other=customer, work_dir=work)
        assert recording.duration_s == SECONDS
        assert kinds(recording) == [NoteKind.PADDED]
        assert recording.customer_sha256 == hashlib.sha256(customer.read_bytes()).hexdigest()
        assert np.array_equal(sound.side(Speaker.AGENT), tones[:, 0])
        assert np.array_equal(sound.side(Speaker.CUSTOMER)[: RATE_HZ * 2], tones[: RATE_HZ * 2, 1])
        assert not sound.side(Speaker.CUSTOMER)[RATE_HZ * 2 :].any()

    def test_different_rates_meet_at_the_higher(self, tmp_path: Path, work: Path) -> None:
        agent = write_wav(tmp_path / "agent.wav", two_tones()[:, :1])
        customer = write_wav(tmp_path / "customer.wav", two_tones(rate_hz=16000)[:, 1:], 16000)
        recording, sound = open_recording(agent, other=customer, work_dir=work)
        assert recording.sample_rate_hz == 16000
        assert_both_tones(sound)

    def test_a_stereo_file_as_one_side_is_refused(self, wav: Path, work: Path) -> None:
        with pytest.raises(AudioFormatError, match="two different channels"):
            open_recording(wav, other=wav, work_dir=work)


def test_doubled_mono_counts_as_mono(tmp_path: Path, work: Path) -> None:
    left = two_tones()[:, :1]
    recording, sound = open_recording(write_wav(tmp_path / "twice.wav", np.hstack([left, left])), work_dir=work)
    assert recording.speakers == (Speaker.UNKNOWN,)
    assert sound.samples.shape[1] == 1
    assert kinds(recording) == [NoteKind.SAME_CHANNELS]


def test_a_silent_side_is_remarked(tmp_path: Path, work: Path) -> None:
    tones = two_tones()
    tones[:, 1] = 0
    path = write_wav(tmp_path / "half.wav", tones)
    recording, _ = open_recording(path, work_dir=work)
    assert (recording.speakers, kinds(recording)) == (BOTH, [NoteKind.SILENT_SIDE])
    assert "客户" in recording.notes[0].zh
    trusted, _ = open_recording(path, work_dir=work, trust_sides=True)
    assert kinds(trusted) == []


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize(("options", "channels"), [(("-ac", "4"), 4), (("-ac", "6"), 6)])
@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_more_than_two_channels(
    convert: Callable[..., Path], work: Path, options: tuple[str, ...], channels: int, suffix: str
) -> None:
    with pytest.raises(AudioFormatError, match=f"found {channels} channels"):
        open_recording(convert(f"many.{suffix}", *options), work_dir=work)


def declare(path: Path, size: int) -> Path:
    """Write another length into the header's data chunk."""
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", size)
    path.write_bytes(data)
    return path


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_alaw"])
def test_header_of_a_crashed_recorder(convert: Callable[..., Path], work: Path, size: int, codec: str) -> None:
    recording, sound = open_recording(declare(convert("crashed.wav", "-c:a", codec), size), work_dir=work)
    assert recording.duration_s == pytest.approx(SECONDS, abs=0.02)  # ffmpeg puts a 34-byte tail chunk behind
    assert kinds(recording) == [NoteKind.HEADER_REPAIRED]
    assert_both_tones(sound)


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize(
    ("name", "options", "share"),
    [
        ("cut.wav", (), 0.5),
        ("cut-alaw.wav", ("-c:a", "pcm_alaw"), 0.5),
        ("cut.mp3", ("-c:a", "libmp3lame", "-b:a", "32k"), 0.5),
        ("cut.flac", (), 0.5),
        ("cut.ogg", ("-c:a", "libopus"), 0.6),
    ],
)
def test_truncated_files_are_analysed_with_a_remark(
    convert: Callable[..., Path], work: Path, name: str, options: tuple[str, ...], share: float
) -> None:
    whole = convert(name, "-page_duration", "200000", *options) if name.endswith("ogg") else convert(name, *options)
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    recording, _ = open_recording(whole, work_dir=work)
    assert kinds(recording) == [NoteKind.TRUNCATED]
    assert 0.5 < recording.duration_s < SECONDS - 0.5


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        ("这不是录音，是一段文字。\n".encode(), "found text"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"RIFF\x00\x00\x00\x00WAVE", "RIFF"),
        (bytes(range(256)) * 8, "without a known header"),
    ],
)
@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_files_that_are_no_sound(tmp_path: Path, work: Path, content: bytes, found: str, suffix: str) -> None:
    path = tmp_path / f"broken.{suffix}"
    path.write_bytes(content)
    with pytest.raises(AudioFormatError, match=found) as caught:
        open_recording(path, work_dir=work)
    assert str(path) in str(caught.value)
    assert list(work.iterdir()) == []


@pytest.mark.usefixtures("either_ffmpeg")
def test_a_playlist_is_not_followed(wav: Path, tmp_path: Path, work: Path) -> None:
    playlist = tmp_path / "list.mp3"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://{wav}\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioFormatError, match="found text"):
        open_recording(playlist, work_dir=work)


@pytest.mark.usefixtures("either_ffmpeg")
def test_a_header_without_samples_has_no_seconds(tmp_path: Path, work: Path) -> None:
    path = write_wav(tmp_path / "nothing.wav", np.zeros((0, 2), dtype=np.int16))
    with pytest.raises(AudioFormatError, match="0 seconds"):
        open_recording(path, work_dir=work)
    assert list(work.iterdir()) == []


def test_a_missing_file(tmp_path: Path, work: Path) -> None:
    with pytest.raises(AudioFormatError, match="no such file"):
        open_recording(tmp_path / "none.wav", work_dir=work)


@pytest.mark.slow
def test_ten_hours_take_no_memory(tmp_path: Path, work: Path) -> None:
    """A sparse WAV of ten hours: one loud second at its start and one at its end."""
    frames = 10 * 3600 * RATE_HZ
    path = write_wav(tmp_path / "long.wav", two_tones(1.0))
    with path.open("r+b") as file:
        file.seek(44 + (frames - RATE_HZ) * 4)
        file.write(two_tones(1.0).astype("<i2").tobytes())
    declare(path, frames * 4)
    recording, sound = open_recording(path, work_dir=work)
    assert (recording.duration_s, recording.speakers, kinds(recording)) == (36000.0, BOTH, [])
    assert isinstance(sound.samples.base, np.memmap) or isinstance(sound.samples, np.memmap)
    assert np.array_equal(sound.samples[-RATE_HZ:], two_tones(1.0))


def test_the_packaged_ffmpeg_serves_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ffmpeg.find_ffmpeg.cache_clear()
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert ffmpeg.find_ffmpeg() == imageio_ffmpeg.get_ffmpeg_exe()
    ffmpeg.find_ffmpeg.cache_clear()
