"""Where the line lost the sound: samples in, stretches out in which frames are constant or repeated.

A real line always carries some noise, so that no two frames are alike. A receiver that misses packets puts
zeros in their place (our own recorder too), or the last frame again (ITU-T G.711 Appendix I does so for
60 ms, then fades). A line that suppresses silence looks the same in every pause: who asks must compare.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.02
"""One packet of the usual length."""
LONG_ENOUGH_S = 0.1
"""Shorter losses are concealed well enough to be no silence."""
LINGER_S = 0.04
"""Frames between two losses that a fading or a single packet fills."""
BLOCK_FRAMES = 30_000
"""Frames compared at once: ten minutes, 10 MB at 8 kHz."""


def dropouts(samples: NDArray[np.int16], sample_rate_hz: int) -> tuple[tuple[float, float], ...]:
    """Find the lost stretches of one side, in seconds.

    Args:
        samples: the side's samples, shape (frames,).
        sample_rate_hz: their rate.
    """
    width = round(FRAME_S * sample_rate_hz)
    whole = samples.shape[0] // width
    blocks = [_lost(samples, at, min(at + BLOCK_FRAMES, whole), width) for at in range(0, whole, BLOCK_FRAMES)]
    return _spans(np.concatenate(blocks) if blocks else np.empty(0, dtype=np.bool_))


class RunningDropouts:
    """The lost stretches of one side of a call that goes on: what `dropouts` finds in all that was heard."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._width = round(FRAME_S * sample_rate_hz)
        self._rest = np.empty(0, dtype=np.int16)
        """The last whole frame, and the samples after it that do not fill another."""
        self._lost: list[NDArray[np.bool_]] = []
        self._begun = False

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the side's next samples, shape (frames,)."""
        waiting = np.concatenate([self._rest, samples])
        whole = waiting.shape[0] // self._width
        first = int(self._begun)
        if whole > first:
            self._lost.append(_lost(waiting, first, whole, self._width))
            self._begun = True
        self._rest = waiting[max(0, whole - 1) * self._width :]

    def spans(self) -> tuple[tuple[float, float], ...]:
        """The lost stretches so far, in seconds."""
        return _spans(np.concatenate(self._lost) if self._lost else np.empty(0, dtype=np.bool_))


def _spans(lost: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """The stretches of lost frames that are long enough, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], lost.astype(np.int8), [0]))))
    joined: list[list[float]] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start_s, end_s = round(first * FRAME_S, 3), round(last * FRAME_S, 3)
        if joined and start_s - joined[-1][1] <= LINGER_S + FRAME_S / 2:
            joined[-1][1] = end_s
        else:
            joined.append([start_s, end_s])
    return tuple((start_s, end_s) for start_s, end_s in joined if end_s - start_s >= LONG_ENOUGH_S - FRAME_S / 2)


def _lost(samples: NDArray[np.int16], first: int, last: int, width: int) -> NDArray[np.bool_]:
    """Which frames from `first` to `last` are constant, or the same as the frame before."""
    before = max(0, first - 1)
    frames = samples[before * width : last * width].reshape(-1, width)
    constant = frames.max(axis=1) == frames.min(axis=1)
    same = np.concatenate(([False], np.all(frames[1:] == frames[:-1], axis=1)))
    return np.asarray(constant | same)[first - before :]
