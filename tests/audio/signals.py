"""Signals for tests: noise, tones, a crude voice, and the corpus's files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np


def _at_level(signal: np.ndarray, dbfs: float) -> np.ndarray:
    return signal * (32768 * 10 ** (dbfs / 20) / np.sqrt(np.mean(signal**2)))


def noise(length_s: float, dbfs: float, rate_hz: int, seed: int) -> np.ndarray:
    """White noise."""
    return _at_level(np.random.default_rng(seed).standard_normal(round(length_s * rate_hz)), dbfs)


def tone(length_s: float, dbfs: float, rate_hz: int, frequencies_hz: tuple[float, ...]) -> np.ndarray:
    """Steady sines, as signalling makes them."""
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    return _at_level(sum(np.sin(2 * np.pi * frequency_hz * time_s) for frequency_hz in frequencies_hz), dbfs)


def voice(length_s: float, dbfs: float, rate_hz: int, seed: int) -> np.ndarray:
    """Something webrtcvad takes for speech: harmonics of a wandering pitch, formants, syllables at 4 Hz."""
    random = np.random.default_rng(seed)
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    pitch_hz = random.uniform(130, 210) * (1 + 0.15 * np.sin(2 * np.pi * random.uniform(1.5, 3) * time_s))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    signal = np.zeros_like(time_s)
    for harmonic in range(1, 20):
        frequency_hz = harmonic * pitch_hz
        formants = sum(np.exp(-(((frequency_hz - centre) / 250) ** 2)) for centre in (600, 1300, 2500))
        signal += (0.05 + formants) * np.where(frequency_hz < 3400, 1, 0) * np.sin(harmonic * phase)
    syllables = 0.25 + np.abs(np.sin(2 * np.pi * 2 * time_s + 0.6))
    return _at_level(signal * syllables, dbfs)


def read_flac(path: Path, channels: int) -> np.ndarray:
    """Samples of a corpus file, shape (frames, channels)."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<i2").reshape(-1, channels)
