"""Pitch of sounds whose pitch is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from callcoach.audio.pitch import RunningPitch, pitch_track

RATE_HZ = 8000


def voice(hz: float, seconds: float = 1.0, lowest_hz: float = 0.0) -> NDArray[np.int16]:
    """Harmonics of a voice, those below `lowest_hz` cut off as by a telephone line."""
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    parts = [np.sin(2 * np.pi * hz * n * times) / n for n in range(1, 20) if lowest_hz <= hz * n < 3400]
    return (3000 * np.sum(parts, axis=0)).astype(np.int16)


@pytest.mark.parametrize("hz", [90.0, 140.0, 220.0, 330.0])
@pytest.mark.parametrize("lowest_hz", [0.0, 300.0])
def test_the_pitch_of_a_voice_is_found_also_without_its_fundamental(hz: float, lowest_hz: float) -> None:
    track = pitch_track(voice(hz, lowest_hz=lowest_hz), RATE_HZ)
    assert len(track.hz) == 20
    assert np.median(track.hz) == pytest.approx(hz, rel=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(1).normal(0, 1000, RATE_HZ).astype(np.int16)
    assert np.mean(np.asarray(pitch_track(noise, RATE_HZ).hz) > 0) < 0.1
    assert not any(pitch_track(np.zeros(RATE_HZ, dtype=np.int16), RATE_HZ).hz)


def test_a_pause_beside_a_voice_has_no_pitch_and_too_short_a_sound_no_track() -> None:
    faint = (voice(200) // 300).astype(np.int16)
    track = pitch_track(np.concatenate([voice(200), faint]), RATE_HZ)
    assert track.hz[5] > 0
    assert not any(track.hz[22:])
    assert pitch_track(np.zeros(100, dtype=np.int16), RATE_HZ).hz == ()


def test_a_pitch_that_comes_in_portions_is_that_of_the_whole() -> None:
    sound = np.concatenate([voice(140), voice(220), np.zeros(3000, dtype=np.int16), voice(180)])
    running = RunningPitch(RATE_HZ)
    at = 0
    for size in [37, 800, 160, 1000] * 40:
        running.hear(sound[at : at + size])
        at += size
    assert running.track() == pitch_track(sound, RATE_HZ)
