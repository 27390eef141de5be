from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from callcoach.errors import AudioFormatError
from callcoach.sip.ports import PlaybackPort, SilentPort, playback_factory, read_wav
from tests.peers.sound import tone, write_wav


def test_playback_speaks_every_sample_once_and_then_is_silent() -> None:
    pcm = tone(440, 0.05).tobytes()
    port = PlaybackPort(pcm)
    said = b"".join(port.read(160) for _ in range(5))
    assert said == pcm
    assert port.read(160) == b""
    assert not port.wants_hang_up


def test_playback_asks_for_the_end_only_after_the_last_sample() -> None:
    port = PlaybackPort(bytes(640), hang_up_when_done=True)
    port.read(160)
    assert not port.wants_hang_up
    port.read(160)
    assert port.wants_hang_up


def test_what_is_heard_is_passed_on() -> None:
    heard: list[bytes] = []
    port = PlaybackPort(b"", heard=heard.append)
    port.write(b"ab")
    assert heard == [b"ab"]


def test_the_silent_port_says_nothing_and_wants_nothing() -> None:
    port = SilentPort()
    port.write(b"ab")
    assert port.read(160) == b""
    assert not port.wants_hang_up


def test_each_call_hears_the_file_from_its_start(tmp_path: Path) -> None:
    samples = tone(440, 0.1)
    make = playback_factory(write_wav(tmp_path / "a.wav", samples))
    first, second = make("1", 8000), make("2", 8000)
    assert first.read(160) == second.read(160) == samples[:160].tobytes()


@pytest.mark.parametrize(("rate_hz", "channels", "width"), [(16000, 1, 2), (8000, 2, 2), (8000, 1, 1)])
def test_a_wav_of_another_format_says_how_to_convert_it(
    tmp_path: Path, rate_hz: int, channels: int, width: int
) -> None:
    path = tmp_path / "other.wav"
    with wave.open(str(path), "wb") as file:
        file.setframerate(rate_hz)
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.writeframes(np.zeros(800, np.int16).tobytes())
    with pytest.raises(AudioFormatError, match=r"expected 8000 Hz, 16 bit, 1 channel.*ffmpeg -i other\.wav -ar 8000"):
        read_wav(path, 8000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not sound at all", b"RIFF\x24\0\0\0WAVEfmt "])
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(AudioFormatError, match="is not a WAV file"):
        read_wav(path, 8000)
    with pytest.raises(AudioFormatError, match="is not a WAV file"):
        read_wav(tmp_path / "missing.wav", 8000)
