"""Comparing and joining channels, block by block, so that a recording of hours needs little memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK_FRAMES = 1 << 20
"""Frames handled at once: about 2 min at 8 kHz, 4 MB of stereo."""
SAME_RATIO = 1e-4
"""Two channels are one when what differs has less than this share of their energy (-40 dB): lossy coding of a
doubled mono leaves less, the echo of one party in the other's line (-20 to -36 dB of one side only) far more."""
SILENT_PEAK = 33
"""A side that never rises above this sample value (-60 dBFS) carries no speech, only line noise."""


def blocks(samples: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Yield consecutive slices of at most BLOCK_FRAMES frames along the first axis."""
    for start in range(0, samples.shape[0], BLOCK_FRAMES):
        yield samples[start : start + BLOCK_FRAMES]


def same_channels(samples: NDArray[np.int16]) -> bool:
    """Whether both channels of a stereo recording, shape (frames, 2), carry the same sound, in phase or inverted.

    Two silent channels are not: nothing says that they are one.
    """
    total = difference = inverted = 0.0
    for block in blocks(samples):
        wide = block.astype(np.float64)
        total += float(np.sum(wide**2))
        difference += float(np.sum((wide[:, 0] - wide[:, 1]) ** 2))
        inverted += float(np.sum((wide[:, 0] + wide[:, 1]) ** 2))
        # A whole block that differs this much settles it: no later one could make the ratio small again
        # unless it were a hundred times louder, which 16 bits allow only after near silence.
        if min(difference, inverted) > 0.01 * total > 0.01 * wide.size * SILENT_PEAK**2:
            return False
    return total > 0 and min(difference, inverted) <= SAME_RATIO * total


def silent_channels(samples: NDArray[np.int16]) -> tuple[int, ...]:
    """Return the channels of a recording, shape (frames, channels), in which nothing is ever heard."""
    open_ = set(range(samples.shape[1]))
    for block in blocks(samples):
        open_ -= {channel for channel in open_ if int(np.abs(block[:, channel].astype(np.int32)).max()) > SILENT_PEAK}
        if not open_:
            break
    return tuple(sorted(open_))


def interleave(left: NDArray[np.int16], right: NDArray[np.int16], target: Path) -> NDArray[np.int16]:
    """Write two mono recordings, shape (frames, 1), side by side to `target`; the shorter ends in silence.

    Returns:
        A read-only memory map of the file, shape (frames, 2).
    """
    frames = max(left.shape[0], right.shape[0])
    with target.open("wb") as file:
        for start in range(0, frames, BLOCK_FRAMES):
            block = np.zeros((min(BLOCK_FRAMES, frames - start), 2), dtype="<i2")
            for channel, side in enumerate((left, right)):
                part = side[start : start + BLOCK_FRAMES, 0]
                block[: part.shape[0], channel] = part
            file.write(block.tobytes())
    return np.memmap(target, dtype="<i2", mode="r", shape=(frames, 2))
