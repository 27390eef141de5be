from __future__ import annotations

import numpy as np
import pytest

from callcoach.audio import levels
from callcoach.audio.levels import FLOOR_DBFS, HOP_S, level_track, peak_envelope
from callcoach.datapath import Segment, Speaker


def sine(level: float, seconds: float, rate_hz: int = 8000) -> np.ndarray:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * 32767 * np.sin(2 * np.pi * 400 * t)).astype(np.int16)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize(("level", "dbfs"), [(1.0, -3.01), (0.5, -9.03), (0.1, -23.01), (0.0, FLOOR_DBFS)])
def test_levels_of_known_tones(rate_hz: int, level: float, dbfs: float) -> None:
    track = level_track(sine(level, 1.0, rate_hz), rate_hz, [])
    assert track.hop_s == HOP_S
    assert track.dbfs == pytest.approx([dbfs] * 10, abs=0.05)


def test_a_full_scale_square_wave_is_0_dbfs() -> None:
    square = np.where(np.arange(800) % 2, 32767, -32768).astype(np.int16)
    assert level_track(square, 8000, []).dbfs == pytest.approx([0.0], abs=0.01)


@pytest.mark.parametrize(("frames", "hops"), [(0, 0), (399, 0), (400, 1), (1199, 1), (1200, 2), (1600, 2)])
def test_a_last_part_of_half_a_hop_counts(frames: int, hops: int) -> None:
    track = level_track(np.zeros(frames, dtype=np.int16), 8000, [])
    assert (len(track.dbfs), len(track.speech)) == (hops, hops)


def test_speech_is_where_the_middle_of_a_hop_lies_in_a_segment() -> None:
    segments = [Segment(Speaker.AGENT, 0.06, 0.26), Segment(Speaker.AGENT, 0.55, 9.0)]
    track = level_track(np.zeros(8000, dtype=np.int16), 8000, segments)
    assert [i for i, speech in enumerate(track.speech) if speech] == [1, 2, 5, 6, 7, 8, 9]


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.random.default_rng(3).integers(-3000, 3000, 8000 * 5, dtype=np.int16)
    whole = level_track(samples, 8000, [])
    monkeypatch.setattr(levels, "BLOCK_HOPS", 7)
    assert level_track(samples, 8000, []) == whole


def test_peaks_keep_the_loudest_sample_of_each_stretch() -> None:
    samples = np.zeros(1000, dtype=np.int16)
    samples[250], samples[999] = 16384, -32768
    assert peak_envelope(samples, 4).tolist() == [0, 128, 0, 255]


def test_there_are_no_more_peaks_than_frames() -> None:
    assert peak_envelope(np.array([0, 32767, -16384], dtype=np.int16), 10).tolist() == [0, 255, 128]
