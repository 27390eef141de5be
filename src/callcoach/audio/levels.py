"""Loudness over time: levels for the rules, peaks for the drawn waveform.

Levels are RMS in dBFS over hops of 100 ms: short enough that a raised voice of 1.5 s is many hops, long enough
to hold several periods of the lowest voice (70 Hz). 0 dBFS is a full-scale square wave, so that a full-scale sine
reads -3.0. The samples are read block by block; a memory-mapped recording of hours stays on disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from callcoach.audio.sound import FULL_SCALE
from callcoach.datapath import LevelTrack, Segment

HOP_S = 0.1
"""Seconds of one level."""
FLOOR_DBFS = -96.0
"""Level given to digital silence, below that of a single set bit (-90.3 dBFS)."""
BLOCK_HOPS = 6000
"""Hops measured at once: ten minutes, 10 MB at 16 kHz."""


def level_track(samples: NDArray[np.int16], sample_rate_hz: int, segments: Sequence[Segment]) -> LevelTrack:
    """Measure one side's loudness.

    Args:
        samples: the side's samples, shape (frames,). A last part shorter than half a hop is left out.
        sample_rate_hz: their rate.
        segments: where this side speaks; hop `i` counts as speech when its middle lies in one of them.
    """
    hop = round(HOP_S * sample_rate_hz)
    dbfs = np.concatenate([_dbfs(block) for block in _hop_blocks(samples, hop)] or [np.empty(0)])
    speech = np.zeros(dbfs.shape[0], dtype=np.bool_)
    for segment in segments:
        first, end = (int(np.ceil(edge / HOP_S - 0.5)) for edge in (segment.start_s, segment.end_s))
        speech[max(0, first) : max(0, end)] = True
    return LevelTrack(HOP_S, tuple(dbfs.round(2).tolist()), tuple(speech.tolist()))


def peak_envelope(samples: NDArray[np.int16], points: int) -> NDArray[np.uint8]:
    """Return the largest absolute sample of each of `points` equal stretches, 0 to 255 for 0 to full scale.

    Args:
        samples: one side's samples, shape (frames,); with fewer frames than points, there are as many points as frames.
        points: how many values, at least 1.
    """
    frames = samples.shape[0]
    points = min(points, frames)
    edges = [frames * point // points for point in range(points + 1)]
    peaks = [_peak(samples[start:end]) for start, end in pairwise(edges)]
    return np.array([min(255, round(peak / FULL_SCALE * 255)) for peak in peaks], dtype=np.uint8)


def _hop_blocks(samples: NDArray[np.int16], hop: int) -> list[NDArray[np.int16]]:
    """Views of shape (hops, hop) onto the samples, and one (1, n) for a last part of at least half a hop."""
    whole = samples.shape[0] // hop
    starts = range(0, whole, BLOCK_HOPS)
    views = [samples[s * hop : min(s + BLOCK_HOPS, whole) * hop].reshape(-1, hop) for s in starts]
    rest = samples[whole * hop :]
    return [*views, rest.reshape(1, -1)] if 2 * rest.shape[0] >= hop else views


def _dbfs(hops: NDArray[np.int16]) -> NDArray[np.float64]:
    mean_square = np.mean((hops.astype(np.float64) / FULL_SCALE) ** 2, axis=1)
    return 10 * np.log10(np.maximum(mean_square, 10 ** (FLOOR_DBFS / 10)))


def _peak(samples: NDArray[np.int16]) -> int:
    # min and max rather than abs: abs(-32768) does not fit 16 bits
    return max(int(samples.max()), -int(samples.min()))
