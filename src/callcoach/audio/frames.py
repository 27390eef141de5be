"""What one 20 ms frame of a channel sounds like: level, voicing, whether it is a steady tone.

Takes whole frames of one channel, gives one value a frame for each feature. Holds no state but the
voice activity detector that is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from callcoach.audio.sound import FULL_SCALE

FRAME_S = 0.02
"""One of the three frame lengths webrtcvad takes."""
FRAMES_PER_S = 50
FLOOR_DBFS = -100.0
"""Level given to digital silence; 16-bit samples cannot tell apart what lies below."""
TONE_SHARE = 0.85
"""Share of a frame's power in one spectral peak from which it may be a tone."""
TONE_DRIFT_HZ = 4.0
"""A tone generator keeps its frequency within this from frame to frame; a voice does not."""


@dataclass(frozen=True, slots=True)
class FrameFeatures:
    """Features of consecutive frames; all arrays have shape (frames,)."""

    dbfs: NDArray[np.float64]
    """RMS level."""
    voiced: NDArray[np.bool_]
    """webrtcvad's verdict."""
    tone: NDArray[np.bool_]
    """Nearly all power in one peak that stands still."""
    last_peak_hz: float
    """Frequency of the last frame's peak (0: no such peak), to go on from."""


def measure_frames(
    samples: NDArray[np.int16], sample_rate_hz: int, vad: webrtcvad.Vad, vad_gain: float, last_peak_hz: float
) -> FrameFeatures:
    """Measure the whole frames in `samples`, shape (n,); a remainder is ignored.

    `vad_gain` is applied to what webrtcvad hears: it takes soft speech for noise.
    """
    length = round(sample_rate_hz * FRAME_S)
    count = len(samples) // length
    frames = samples[: count * length].reshape(count, length).astype(np.float64)
    power = np.mean(np.square(frames), axis=1) / FULL_SCALE**2
    peaks_hz = _peaks(frames, sample_rate_hz)
    before_hz = np.concatenate([[last_peak_hz], peaks_hz])[:-1]
    return FrameFeatures(
        dbfs=np.maximum(FLOOR_DBFS, 10.0 * np.log10(power + 1e-12)),
        voiced=_voiced(frames * vad_gain, sample_rate_hz, vad),
        tone=(peaks_hz > 0) & (np.abs(peaks_hz - before_hz) < TONE_DRIFT_HZ),
        last_peak_hz=float(peaks_hz[-1]) if count else last_peak_hz,
    )


def _voiced(frames: NDArray[np.float64], sample_rate_hz: int, vad: webrtcvad.Vad) -> NDArray[np.bool_]:
    heard = np.clip(frames, -FULL_SCALE, FULL_SCALE - 1).astype("<i2")
    return np.array([vad.is_speech(frame.tobytes(), sample_rate_hz) for frame in heard], dtype=np.bool_)


def _peaks(frames: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the frequency of each frame's peak where it holds nearly all power, else 0 (Hz)."""
    length = frames.shape[1]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(length), axis=1)) ** 2
    spectrum[:, :2] = 0.0  # mains hum and offset
    top = np.clip(np.argmax(spectrum, axis=1), 2, spectrum.shape[1] - 3)
    near = np.take_along_axis(spectrum, top[:, None] + np.arange(-2, 3), axis=1)
    total = spectrum.sum(axis=1)
    # The peak between the bins: a parabola through the logarithms of the three highest.
    left, middle, right = np.log(near[:, 1:4] + 1e-9).T
    curvature = left - 2 * middle + right
    shift = np.where(curvature < 0, 0.5 * (left - right) / np.minimum(curvature, -1e-9), 0.0)
    peaks_hz = (top + np.clip(shift, -1.0, 1.0)) * sample_rate_hz / length
    return np.where((total > 0) & (near.sum(axis=1) > TONE_SHARE * total), peaks_hz, 0.0)
