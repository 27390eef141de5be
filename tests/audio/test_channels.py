from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from callcoach.audio import channels
from callcoach.audio.channels import interleave, same_channels, silent_channels


def noise(seed: int, frames: int = 20_000, scale: float = 3000.0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal(frames) * scale


def stereo(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.stack([left, right], axis=1).astype(np.int16)


@pytest.mark.parametrize(
    ("name", "samples", "expected"),
    [
        ("copy", stereo(noise(1), noise(1)), True),
        ("inverted copy", stereo(noise(1), -noise(1)), True),
        ("copy with what a lossy codec leaves (-50 dB)", stereo(noise(1), noise(1) + noise(2, scale=9)), True),
        ("two voices", stereo(noise(1), noise(2)), False),
        ("an echo of one party at -20 dB", stereo(noise(1), noise(1) * 0.1 + noise(3, scale=300)), False),
        ("one silent side", stereo(noise(1), noise(1) * 0), False),
        ("both silent", stereo(noise(1) * 0, noise(1) * 0), False),
    ],
)
def test_same_channels(name: str, samples: NDArray[np.int16], expected: bool) -> None:
    assert same_channels(samples) is expected, name


def test_a_copy_that_parts_ways_late_is_two_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "BLOCK_FRAMES", 1000)
    right = noise(1)
    right[12_000:] = noise(2)[12_000:]
    assert not same_channels(stereo(noise(1), right))


def test_silent_channels_allow_line_noise_and_see_the_loudest_negative_sample() -> None:
    quiet = np.clip(noise(4, scale=8), -33, 33)
    assert silent_channels(stereo(noise(1), quiet)) == (1,)
    quiet[19_999] = -32768
    assert silent_channels(stereo(noise(1), quiet)) == ()


def test_interleave_pads_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "BLOCK_FRAMES", 7)
    left = np.arange(20, dtype=np.int16)[:, np.newaxis]
    right = np.arange(100, 112, dtype=np.int16)[:, np.newaxis]
    joined = interleave(left, right, tmp_path / "pair.pcm")
    assert joined.shape == (20, 2)
    assert joined[:, 0].tolist() == list(range(20))
    assert joined[:, 1].tolist() == [*range(100, 112), *([0] * 8)]
