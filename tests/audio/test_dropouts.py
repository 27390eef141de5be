"""Lost stretches are found, pauses on a living line are not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from callcoach.audio.dropouts import RunningDropouts, dropouts

RATE_HZ = 8000


def noise(seconds: float, seed: int = 1) -> NDArray[np.int16]:
    return np.random.default_rng(seed).normal(0, 20, round(seconds * RATE_HZ)).astype(np.int16)


def test_zeros_in_the_noise_of_a_line_are_a_loss() -> None:
    samples = noise(3.0)
    samples[8000:16000] = 0
    assert dropouts(samples, RATE_HZ) == ((1.0, 2.0),)


def test_a_repeated_frame_is_a_loss_from_its_second_time() -> None:
    samples = noise(3.0)
    samples[8000:12000] = np.tile(samples[7840:8000], 25)
    assert dropouts(samples, RATE_HZ) == ((1.0, 1.5),)


def test_the_quietest_code_of_a_codec_counts_as_zero() -> None:
    samples = noise(3.0)
    samples[8000:16000] = 8
    assert dropouts(samples, RATE_HZ) == ((1.0, 2.0),)


def test_single_lost_packets_are_no_loss() -> None:
    samples = noise(3.0)
    for frame in (20, 60, 100):
        samples[frame * 160 : (frame + 2) * 160] = 0
    assert dropouts(samples, RATE_HZ) == ()


def test_the_noise_of_a_quiet_line_is_no_loss() -> None:
    assert dropouts(noise(5.0) // 10, RATE_HZ) == ()


def test_nothing_is_lost_where_nothing_is() -> None:
    assert dropouts(np.empty(0, dtype=np.int16), RATE_HZ) == ()


def test_a_loss_across_two_blocks_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcoach.audio.dropouts.BLOCK_FRAMES", 7)
    samples = noise(3.0)
    samples[8000:12000] = np.tile(samples[7840:8000], 25)
    assert dropouts(samples, RATE_HZ) == ((1.0, 1.5),)


@pytest.mark.parametrize("chunk", [37, 160, 800, 1601])
def test_a_side_heard_piece_by_piece_has_the_same_losses(chunk: int) -> None:
    samples = noise(4.0)
    samples[4000:9000] = 0
    samples[16000:20000] = np.tile(samples[15840:16000], 25)
    running = RunningDropouts(RATE_HZ)
    for at in range(0, len(samples), chunk):
        running.hear(samples[at : at + chunk])
        heard = (at + chunk) // 160 * 160
        if at % (chunk * 20) == 0:
            assert running.spans() == dropouts(samples[: min(heard, len(samples))], RATE_HZ)
    assert running.spans() == dropouts(samples, RATE_HZ) != ()
