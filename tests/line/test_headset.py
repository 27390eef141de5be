"""The agent's microphone at the far end: even ticks out of whatever comes."""

from __future__ import annotations

from callcoach.line.headset import Headset
from callcoach.sip.sound_queue import MOST_MS, WAIT_MS

RATE_HZ = 8000
TICK = 160
BYTES_MS = 16


def pcm(ms: int, value: int = 1) -> bytes:
    return value.to_bytes(2, "little") * (ms * RATE_HZ // 1000)


def test_it_waits_for_a_little_sound_then_speaks_without_gap():
    headset = Headset(RATE_HZ, lambda _: None)
    headset.speak(pcm(20))
    assert headset.read(TICK) == b""
    headset.speak(pcm(20))
    assert len(headset.read(TICK)) == 20 * BYTES_MS
    headset.speak(pcm(20))
    assert len(headset.read(TICK)) == 20 * BYTES_MS
    assert headset.microphone.missing_ms == 0


def test_after_a_gap_it_waits_again():
    headset = Headset(RATE_HZ, lambda _: None)
    headset.speak(pcm(WAIT_MS))
    assert headset.read(TICK)
    assert headset.read(TICK)
    assert headset.read(TICK) == b""
    assert headset.microphone.missing_ms == 20
    headset.speak(pcm(20))
    assert headset.read(TICK) == b""


def test_delay_that_has_come_does_not_stay():
    headset = Headset(RATE_HZ, lambda _: None)
    headset.speak(pcm(MOST_MS))
    headset.speak(pcm(20, value=2))
    assert headset.microphone.skipped_ms == MOST_MS + 20 - WAIT_MS
    heard = b"".join(headset.read(TICK) for _ in range(2))
    assert heard == pcm(20) + pcm(20, value=2)


def test_what_the_agent_hears_is_passed_on():
    heard: list[bytes] = []
    Headset(RATE_HZ, heard.append).write(b"\1\2")
    assert heard == [b"\1\2"]
