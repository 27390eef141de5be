"""Recordings in every form they come in, made from one second-long two-tone call by the real ffmpeg."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

RATE_HZ = 8000
SECONDS = 3.0


def two_tones(seconds: float = SECONDS, rate_hz: int = RATE_HZ) -> NDArray[np.int16]:
    """Left 400 Hz at half scale, right 1000 Hz at a quarter, shape (frames, 2)."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    left, right = 0.5 * np.sin(2 * np.pi * 400 * t), 0.25 * np.sin(2 * np.pi * 1000 * t)
    return (np.stack([left, right], axis=1) * 32767).astype(np.int16)


def write_wav(path: Path, samples: NDArray[np.int16], rate_hz: int = RATE_HZ) -> Path:
    """Write 16-bit PCM, shape (frames, channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """The call as plain stereo WAV."""
    return write_wav(tmp_path / "call.wav", two_tones())


@pytest.fixture
def convert(wav: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write the call in another form: `convert("a.mp3", "-c:a", "libmp3lame")`."""

    def run(name: str, *options: str) -> Path:
        target = tmp_path / name
        # the packaged ffmpeg, because Debian's cannot write AMR
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(wav), *options, str(target)]
        subprocess.run(command, check=True)
        return target

    return run
