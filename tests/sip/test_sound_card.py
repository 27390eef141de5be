"""The sound card as headset: the port by itself, and PortAudio with a file in ALSA's place of a card."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from callcoach.errors import ConfigError, SipError
from callcoach.sip import sound_card
from callcoach.sip.sound_card import SoundCard, list_devices
from tests.peers.phone import softphone
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import peak, read_wav, seconds_of_tone, share_of_tone, tone, write_wav

RATE_HZ = 8000
TICK = 160
CARD_HZ = 500.0
"""Ten whole waves in each 20 ms: the tone stays whole where a card without a clock of its own is skipped."""
PEER_HZ = 700.0


class FakePortAudio:
    """In place of the package: a card whose blocks the test hands over by hand."""

    class PortAudioError(Exception):
        """As the package's."""

    def __init__(self, error: str = "") -> None:
        self._error = error
        self.opened: dict[str, Any] = {}
        self.stream = SimpleNamespace(active=True, start=lambda: None, close=lambda: None)

    def RawStream(self, **options: Any) -> Any:  # noqa: N802 - the package's name
        self.opened = options
        if self._error:
            raise self.PortAudioError(self._error)
        return self.stream

    def query_devices(self) -> list[dict[str, Any]]:
        return [{"name": "USB headset", "max_input_channels": 1, "max_output_channels": 2}]


@pytest.fixture
def portaudio(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    found = FakePortAudio()
    monkeypatch.setattr(sound_card, "_sounddevice", lambda: found)
    return found


def pcm(value: int, ticks: int = 1) -> bytes:
    return np.full(TICK * ticks, value, "<i2").tobytes()


def test_microphone_and_loudspeaker_pass_through_the_port(portaudio: FakePortAudio) -> None:
    card = SoundCard(RATE_HZ)
    assert portaudio.opened["samplerate"] == RATE_HZ
    assert portaudio.opened["blocksize"] == TICK
    assert portaudio.opened["device"] is None
    loudspeaker = bytearray(2 * TICK)
    card.exchange(pcm(5), loudspeaker, TICK, None, None)
    assert card.read(TICK) == b"", "a little is kept waiting for the two clocks"
    card.exchange(pcm(5), loudspeaker, TICK, None, None)
    assert loudspeaker == bytes(2 * TICK)
    assert card.read(TICK) == pcm(5)
    card.write(pcm(7, 2))
    card.exchange(pcm(5), loudspeaker, TICK, None, None)
    assert bytes(loudspeaker) == pcm(7)


@pytest.mark.parametrize(
    ("asked", "opened"), [("default", None), ("3", 3), ("USB", "USB"), ("1,2", (1, 2)), ("USB, 2", ("USB", 2))]
)
def test_a_device_is_named_by_number_or_name_or_one_for_each_way(
    portaudio: FakePortAudio, asked: str, opened: object
) -> None:
    SoundCard(RATE_HZ, asked)
    assert portaudio.opened["device"] == opened


def test_a_card_that_stops_is_told(portaudio: FakePortAudio) -> None:
    card = SoundCard(RATE_HZ)
    portaudio.stream.active = False
    with pytest.raises(SipError, match="has stopped"):
        card.read(TICK)


def test_a_card_that_cannot_be_opened_is_said_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_card, "_sounddevice", lambda: FakePortAudio("Invalid sample rate"))
    with pytest.raises(ConfigError, match=r"Invalid sample rate\. Devices: 0 USB headset"):
        SoundCard(RATE_HZ, "7")


@pytest.mark.parametrize(
    ("error", "said"), [(ImportError("no"), r"callcoach\[sound-card\]"), (OSError("no library"), "libportaudio2")]
)
def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    def fail(_name: str) -> Any:
        raise error

    monkeypatch.setattr(sound_card.importlib, "import_module", fail)
    with pytest.raises(ConfigError, match=said):
        list_devices()


@pytest.fixture
def file_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need_program: Callable[..., str]) -> Path:
    """ALSA's `file` over `null`: its microphone is a file, its loudspeaker another, and it runs as fast as it can."""
    alsa = Path("/usr/share/alsa/alsa.conf")
    probe = [sys.executable, "-c", "import sounddevice"]
    if not alsa.is_file() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs PortAudio and ALSA's configuration (Debian: libportaudio2, libasound2-data)")
    said = np.tile(tone(CARD_HZ, 1.0), 5000)
    (tmp_path / "microphone.raw").write_bytes(said.tobytes())
    files = 'type file slave.pcm "null" format "raw"'
    (tmp_path / "asound.conf").write_text(
        f"<{alsa}>\n"
        f'pcm.deskmic {{ {files} file "/dev/null" infile "{tmp_path}/microphone.raw" }}\n'
        f'pcm.deskear {{ {files} file "{tmp_path}/loudspeaker.raw" }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    return tmp_path


@pytest.mark.peer
def test_a_call_by_portaudio_carries_both_voices(file_card: Path) -> None:
    listed = [sys.executable, "-m", "callcoach", "phone", "--list-devices"]
    devices = subprocess.run(listed, capture_output=True, text=True, env=os.environ, timeout=60, check=True).stdout
    assert "deskmic" in devices
    assert "deskear" in devices
    voice = write_wav(file_card / "other.wav", tone(PEER_HZ, 60))
    with (
        softphone(file_card / "other", "--auto-answer", "--play", str(voice), settings={"user": "1002"}) as other,
        softphone(file_card / "agent", "--sound-card", "deskmic,deskear", settings={"user": "1001"}) as agent,
    ):
        agent.say(f"dial sip:1002@{LOOPBACK}:{other.port()}")
        agent.wait_phase("talking", timeout_s=30)
        wait_until(lambda: agent.recorded_s() > 2.0, "two seconds of talk")
        agent.say("hangup")
        finished = agent.wait("RecordingFinished")
        assert not agent.had("AudioFault")
    samples, _ = read_wav(Path(finished["path"]))
    assert seconds_of_tone(samples[:, 0], CARD_HZ) > 1.0, "the card's microphone"
    assert seconds_of_tone(samples[:, 1], PEER_HZ) > 1.0
    played = np.memmap(file_card / "loudspeaker.raw", "<i2", "r")
    # The card runs hundreds of times too fast: each 20 ms of the call stands between long silences.
    frames = (played[at : at + TICK] for at in range(0, len(played) - TICK, TICK))
    whole = [one for one in frames if peak(one[:20]) > 3000 and peak(one[-20:]) > 3000]
    assert len(whole) > 50, "a second of the other side reached the loudspeaker"
    assert min(share_of_tone(np.asarray(one), PEER_HZ) for one in whole[10:50]) > 0.5
