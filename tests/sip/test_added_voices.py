"""A supervisor and announcements at the agent's audio port."""

from __future__ import annotations

import numpy as np
import pytest

from callcoach.errors import AudioFormatError, ConfigError
from callcoach.settings import RecordingSettings
from callcoach.sip.added_voices import OVER_S, AddedVoices, Voice, mixed
from callcoach.sip.notice import NOTICE_S, TONE_HZ, notice_sound
from callcoach.sip.sound_queue import STALE_S, WAIT_MS, SoundQueue
from tests.peers.sound import share_of_tone, tone, write_wav

RATE_HZ = 8000
TICK = 160


def pcm(value: int, ticks: int = 1) -> bytes:
    return np.full(TICK * ticks, value, "<i2").tobytes()


class Port:
    """Ticks by hand, with the agent saying 1 and the customer 10."""

    def __init__(self) -> None:
        self.told: list[tuple[Voice, bool]] = []
        self.voices = AddedVoices(RATE_HZ, lambda voice, on: self.told.append((voice, on)))

    def tick(self) -> tuple[int, int]:
        """Return what is sent and what the agent hears."""
        sent = np.frombuffer(self.voices.to_send(pcm(1), TICK), "<i2")
        heard = np.frombuffer(self.voices.to_hear(pcm(10)), "<i2")
        assert len(sent) == len(heard) == TICK
        assert len({*sent}) == len({*heard}) == 1
        return int(sent[0]), int(heard[0])


def test_a_whisper_reaches_the_agent_alone():
    port = Port()
    assert port.tick() == (1, 10)
    port.voices.whisper(pcm(100, 3))
    assert [port.tick() for _ in range(4)] == [(1, 110)] * 3 + [(1, 10)]
    assert not port.told


def test_who_barges_in_is_heard_by_both_and_told_until_silent_for_long_enough():
    port = Port()
    port.voices.barge(pcm(100, 3))
    assert [port.tick() for _ in range(4)] == [(101, 110)] * 3 + [(1, 10)]
    assert port.told == [(Voice.BARGE, True)]
    for _ in range(round(OVER_S / 0.02) - 2):
        port.tick()
    assert port.told == [(Voice.BARGE, True)]
    port.tick()
    assert port.told == [(Voice.BARGE, True), (Voice.BARGE, False)]


def test_a_notice_is_heard_by_both_and_told_and_a_beep_is_not_told():
    port = Port()
    port.voices.announce(pcm(5, 2))
    port.voices.beep(pcm(7))
    assert [port.tick() for _ in range(3)] == [(13, 22), (6, 15), (1, 10)]
    assert port.told == [(Voice.NOTICE, True), (Voice.NOTICE, False)]


def test_a_sum_is_cut_off_at_full_scale_and_the_shorter_ends_in_silence():
    assert mixed(b"", pcm(3)) == mixed(pcm(3), b"") == pcm(3)
    assert mixed(pcm(30000), pcm(30000)) == pcm(32767)
    assert mixed(pcm(-30000), pcm(-30000)) == pcm(-32768)
    assert mixed(pcm(1, 2), pcm(2)) == pcm(3) + pcm(1)


def test_what_was_said_while_nobody_took_it_is_dropped():
    now = [0.0]
    queue = SoundQueue(RATE_HZ, lambda: now[0])
    queue.put(pcm(1, WAIT_MS // 20))
    now[0] += STALE_S + 0.1
    assert queue.take(TICK) == b""
    queue.put(pcm(2, WAIT_MS // 20))
    now[0] += 0.02
    assert queue.take(TICK) == pcm(2)


def test_the_notice_is_nothing_a_tone_or_a_file(tmp_path):
    assert notice_sound(RecordingSettings(), RATE_HZ) == b""
    sound = np.frombuffer(notice_sound(RecordingSettings(notice="tone"), RATE_HZ), np.int16)
    assert len(sound) == NOTICE_S * RATE_HZ
    assert share_of_tone(sound, TONE_HZ) > 0.95
    said = write_wav(tmp_path / "said.wav", tone(600, 0.5))
    assert notice_sound(RecordingSettings(notice="file", notice_file=said), RATE_HZ) == tone(600, 0.5).tobytes()
    with pytest.raises(ConfigError, match=r"recording\.notice_file is empty"):
        notice_sound(RecordingSettings(notice="file"), RATE_HZ)
    wide = write_wav(tmp_path / "wide.wav", tone(600, 0.5, 16000), 16000)
    with pytest.raises(AudioFormatError, match="16000 Hz"):
        notice_sound(RecordingSettings(notice="file", notice_file=wide), RATE_HZ)
