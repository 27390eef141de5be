"""Codecs and encryption of the sound, against baresip behind Kamailio."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.baresip import Baresip, baresip
from tests.peers.fixtures import OUR_HZ, PEER_HZ, Phones
from tests.peers.kamailio import Pbx
from tests.peers.phone import Event
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import read_wav, seconds_of_tone, sides_of, tone, write_wav

pytestmark = pytest.mark.peer

WIDEBAND_HZ = 16000
ABOVE_NARROWBAND_HZ = 5500.0
"""A tone that no codec at 8 kHz can carry."""


@contextlib.contextmanager
def peer(folder: Path, prompt: Path, pbx: Pbx, media: str, rate_hz: int = 8000) -> Iterator[Baresip]:
    """Run baresip as 8001 with these media parameters of its account."""
    account = f"<sip:8001@{LOOPBACK};transport=udp>;regint=0;answermode=auto;{media}"
    with baresip(folder, prompt, account, pbx.baresip_port, rate_hz) as customer:
        yield customer


def call_for(phones: Phones, our_voice: Path, **settings: str | int) -> tuple[Event, Event]:
    """Call 8001, talk for a second and a half; return the events of the end and of the recording."""
    phone = phones.registered("1001", "--play", str(our_voice), **settings)
    phone.say("dial 8001")
    phone.wait_phase("talking")
    wanted_bytes = 1.5 * 4 * int(settings.get("clock_rate_hz", 8000))
    wait_until(
        lambda: sum(part.stat().st_size for part in phone.calls_dir.glob("*/recording.part")) > wanted_bytes, "talk"
    )
    phone.say("hangup")
    ended = phone.wait("CallEnded")
    return ended, phone.wait("RecordingFinished")


def test_wideband_sound_is_carried_and_recorded_at_16_khz(phones: Phones, pbx: Pbx, tmp_path: Path) -> None:
    voice = write_wav(tmp_path / "high.wav", tone(ABOVE_NARROWBAND_HZ, 30, WIDEBAND_HZ), WIDEBAND_HZ)
    with peer(tmp_path / "wide", voice, pbx, "audio_codecs=G722/16000/1", WIDEBAND_HZ) as customer:
        ended, finished = call_for(phones, voice, codecs='["G722"]', clock_rate_hz=WIDEBAND_HZ)
        customer.wait_event("CALL_CLOSED")
        heard = customer.heard()
    assert ended["codec"] == "G722/16000"
    samples, rate_hz = read_wav(Path(finished["path"]))
    assert rate_hz == WIDEBAND_HZ
    for side in (samples[:, 0], samples[:, 1], heard):
        assert seconds_of_tone(side, ABOVE_NARROWBAND_HZ, WIDEBAND_HZ) > 0.8


@pytest.mark.parametrize(("media", "encrypted"), [("mediaenc=srtp", True), ("mediaenc=", False)])
def test_optional_srtp_speaks_with_both_kinds_of_peer(
    phones: Phones, pbx: Pbx, prompt: Path, our_voice: Path, tmp_path: Path, media: str, encrypted: bool
) -> None:
    """Offered as an option, encryption is used with who can, and left with who cannot."""
    with peer(tmp_path / "peer", prompt, pbx, f"audio_codecs=PCMA/8000/1;{media}") as customer:
        ended, finished = call_for(phones, our_voice, srtp="optional")
        customer.wait_event("CALL_CLOSED")
        heard = customer.heard()
    assert ended["encrypted"] is encrypted
    assert json.loads(Path(finished["path"]).with_name("call.json").read_text())["call"]["encrypted"] is encrypted
    _agent, other = sides_of(finished)
    assert seconds_of_tone(other, PEER_HZ) > 0.8
    assert seconds_of_tone(heard, OUR_HZ) > 0.8
