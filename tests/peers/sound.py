"""Tones that a peer speaks, and finding them in what was recorded."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
AMPLITUDE = 8000


def tone(frequency_hz: float, seconds: float, rate_hz: int = RATE_HZ) -> NDArray[np.int16]:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (AMPLITUDE * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)


def steps(seconds: int, rate_hz: int = RATE_HZ) -> NDArray[np.int16]:
    """A sound that says where it is: each second has a frequency of its own."""
    return np.concatenate([tone(step_hz(second), 1.0, rate_hz) for second in range(seconds)])


def step_hz(second: int) -> float:
    return 400.0 + 100.0 * second


def write_wav(path: Path, samples: NDArray[np.int16], rate_hz: int = RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> tuple[NDArray[np.int16], int]:
    """Return the samples, shape (frames, channels), and the rate in Hz."""
    with wave.open(str(path), "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return pcm.reshape(-1, file.getnchannels()), file.getframerate()


def share_of_tone(samples: NDArray[np.int16], frequency_hz: float, rate_hz: int = RATE_HZ) -> float:
    """How much of the sound's energy lies within 20 Hz of a frequency, 0 to 1; 0 for silence."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples)))) ** 2
    total = float(spectrum[1:].sum())
    if total < 1.0:
        return 0.0
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    return float(spectrum[np.abs(frequencies - frequency_hz) <= 20].sum()) / total


def seconds_of_tone(samples: NDArray[np.int16], frequency_hz: float, rate_hz: int = RATE_HZ) -> float:
    """For how long a frequency is heard: tenths of a second in which it has most of the energy."""
    size = rate_hz // 10
    blocks = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]
    return 0.1 * sum(share_of_tone(block, frequency_hz, rate_hz) > 0.8 for block in blocks)


def peak(samples: NDArray[np.int16]) -> int:
    return int(np.abs(samples.astype(np.int32)).max()) if len(samples) else 0


def sides_of(finished: dict[str, Any]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return agent and customer of the recording that an event names."""
    samples, _ = read_wav(Path(finished["path"]))
    return samples[:, 0], samples[:, 1]


def raw_a_law_square(frequency_hz: float, seconds: float) -> bytes:
    """A square wave in A-law: 0xAA and 0x2A are its loudest codes (ITU-T G.711)."""
    return bytes(0xAA if sample >= 0 else 0x2A for sample in tone(frequency_hz, seconds))
