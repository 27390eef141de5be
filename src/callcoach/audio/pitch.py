"""Pitch over time: samples in, one value in hertz for each hop out, 0 where there is none.

Normalised autocorrelation of short frames by FFT; the shortest lag whose peak comes near the highest
one wins, which avoids the octave below. Telephone speech has no fundamental under 300 Hz, but its
harmonics keep the period, so autocorrelation still finds it.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from callcoach.datapath import PitchTrack

HOP_S = 0.05
"""Seconds of one value: several in each syllable, enough for the spread of a voice."""
FRAME_S = 0.05
"""Four periods of the lowest pitch."""
LOWEST_HZ, HIGHEST_HZ = 75.0, 500.0
"""Adult voices, shouting included."""
VOICED_FROM = 0.6
"""Height of the autocorrelation's peak from which a frame has a pitch; noise stays below 0.4."""
NEAR_HIGHEST = 0.9
"""A shorter lag whose peak reaches this share of the highest is the period; twice the period peaks as high."""
QUIET_DB = 30.0
"""Frames so far below the loudest hundredth of all are pauses."""
GATHERED_S = 5.0
BLOCK_FRAMES = 2000
"""Frames transformed at once: 13 MB at 8 kHz."""


def pitch_track(samples: NDArray[np.int16], sample_rate_hz: int) -> PitchTrack:
    """Measure one side's pitch.

    Args:
        samples: the side's samples, shape (frames,).
        sample_rate_hz: their rate.
    """
    running = RunningPitch(sample_rate_hz)
    running.hear(samples)
    return running.track()


class RunningPitch:
    """One side's pitch as its sound comes in; `track` does not depend on how the sound was cut.

    Sound is gathered before it is measured: many frames at once cost a tenth of as many single ones.

    Args:
        sample_rate_hz: of the sound.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._width, self._hop = round(FRAME_S * sample_rate_hz), round(HOP_S * sample_rate_hz)
        self._waiting: list[NDArray[np.int16]] = []
        self._waiting_count = 0
        self._hz: list[float] = []
        self._power: list[float] = []

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples, shape (frames,); they must not be changed afterwards."""
        self._waiting.append(samples)
        self._waiting_count += len(samples)
        if self._waiting_count >= GATHERED_S * self._rate_hz:
            self._measure()

    def track(self) -> PitchTrack:
        """Return the track so far."""
        self._measure()
        if not self._hz:
            return PitchTrack(HOP_S, ())
        power = np.asarray(self._power)
        loud = power > np.quantile(power, 0.99) * 10 ** (-QUIET_DB / 10)
        return PitchTrack(HOP_S, tuple(np.where(loud, self._hz, 0.0).tolist()))

    def _measure(self) -> None:
        if self._waiting_count < self._width:
            return
        # a whole recording stays mapped from its file
        samples = self._waiting[0] if len(self._waiting) == 1 else np.concatenate(self._waiting)
        frames = sliding_window_view(samples, self._width)[:: self._hop]
        for at in range(0, len(frames), BLOCK_FRAMES):
            hz, power = _pitches(frames[at : at + BLOCK_FRAMES], self._rate_hz)
            self._hz.extend(hz.round(1).tolist())
            self._power.extend(power.tolist())
        rest = samples[len(frames) * self._hop :].copy()
        self._waiting, self._waiting_count = [rest], len(rest)


def _pitches(frames: NDArray[np.int16], sample_rate_hz: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pitch and power of each frame, shape (frames, width)."""
    centred = frames.astype(np.float64)
    centred -= centred.mean(axis=1, keepdims=True)
    width = frames.shape[1]
    shortest, longest = int(sample_rate_hz / HIGHEST_HZ), int(sample_rate_hz / LOWEST_HZ) + 1
    spectrum = np.fft.rfft(centred, 2 * width, axis=1)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, : longest + 2]
    power = correlation[:, 0] / width
    # each lag sums fewer products: set against the energy of as many samples
    share = correlation / np.maximum(correlation[:, :1], 1e-9) * width / (width - np.arange(longest + 2))
    inner = share[:, shortest : longest + 1]
    peak = (inner >= share[:, shortest - 1 : longest]) & (inner >= share[:, shortest + 1 : longest + 2])
    heights = np.where(peak, inner, 0.0)
    highest = heights.max(axis=1)
    first = (heights >= NEAR_HIGHEST * np.maximum(highest, 1e-9)[:, None]).argmax(axis=1)
    lag = first + shortest + _fraction(share, first + shortest)
    return np.where(highest >= VOICED_FROM, sample_rate_hz / lag, 0.0), power


def _fraction(share: NDArray[np.float64], lag: NDArray[np.intp]) -> NDArray[np.float64]:
    """Where between the samples a parabola through each peak and its neighbours has its top, -0.5 to 0.5."""
    rows = np.arange(len(lag))
    left, top, right = (share[rows, lag + step] for step in (-1, 0, 1))
    bend = left - 2 * top + right
    return np.clip(np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, -1.0), 0.0), -0.5, 0.5)
