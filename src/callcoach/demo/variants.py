"""Varied calls out of the two bundled dialogues: their exchanges cut at pauses and put together anew.

Takes a seed, gives real sound of both sides. Each call has a fault or none: no greeting, a long silence, a raised
voice, no farewell, an exchange of the other dialogue. The same seed always gives the same call.
"""

from __future__ import annotations

import random
import wave
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from callcoach.audio.speech import SpeechFinder
from callcoach.datapath import Speaker

RATE_HZ = 8000
PAUSE_S = 0.5
"""Both sides still for so long: a place to cut."""
NOISE_RMS = 12.0
"""Line noise under everything, in 16-bit steps: cuts are not heard, and silence is never digital."""
RAISED_DB = 9.0
SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
NAMES = ("lost-parcel", "blocked-card")

Sides = NDArray[np.int16]
"""Shape (frames, 2): agent, customer."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A made-up call."""

    dialogue: str
    sound: Sides
    fault: str
    """What was done to it: `none`, `no_greeting`, `silence`, `raised`, `cut_short`, `mixed`."""


FAULTS = ("none", "none", "no_greeting", "silence", "raised", "cut_short", "mixed")


def make_variant(seed: int) -> Variant:
    """Return the call of a seed."""
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    name = NAMES[seed % len(NAMES)]
    fault = FAULTS[chance.randrange(len(FAULTS))]
    pieces = list(_exchanges(name))
    at = chance.randrange(1, max(2, len(pieces) - 1))
    match fault:
        case "no_greeting":
            del pieces[0]
        case "silence":
            pieces.insert(at, np.zeros((round(chance.uniform(7, 14) * RATE_HZ), 2), dtype=np.int16))
        case "raised":
            pieces[at] = _louder(pieces[at])
        case "cut_short":
            pieces = pieces[: max(2, len(pieces) - 2)]
        case "mixed":
            others = _exchanges(NAMES[1 - NAMES.index(name)])
            pieces.insert(at, others[chance.randrange(1, len(others) - 1)])
        case _:
            pass
    pauses = [np.zeros((round(chance.uniform(0.1, 0.9) * RATE_HZ), 2), dtype=np.int16) for _ in pieces]
    sound = np.concatenate([part for pair in zip(pieces, pauses, strict=True) for part in pair])
    return Variant(name, _with_noise(sound, seed), fault)


def write_variant(variant: Variant, path: Path) -> None:
    """Write the sound as a stereo WAV file, agent left."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.ascontiguousarray(variant.sound, dtype="<i2").tobytes())


@cache
def _exchanges(name: str) -> tuple[Sides, ...]:
    """Return a dialogue cut where both sides pause."""
    sound = _dialogue(name)
    finder = SpeechFinder(SIDES, RATE_HZ)
    finder.prime(sound)
    spoken = sorted((one.start_s, one.end_s) for one in (*finder.feed(sound), *finder.finish()))
    cuts, heard_to_s = [0], 0.0
    for start_s, end_s in spoken:
        if heard_to_s and start_s - heard_to_s >= PAUSE_S:
            cuts.append(round((start_s + heard_to_s) / 2 * RATE_HZ))
        heard_to_s = max(heard_to_s, end_s)
    return tuple(sound[start:end] for start, end in zip(cuts, [*cuts[1:], len(sound)], strict=True))


def _dialogue(name: str) -> Sides:
    sides = [_read(f"{name}.{speaker.value}.wav") for speaker in SIDES]
    frames = max(map(len, sides))
    return np.stack([np.pad(side, (0, frames - len(side))) for side in sides], axis=1)


def _read(name: str) -> NDArray[np.int16]:
    with (resources.files("callcoach.demo") / "dialogues" / name).open("rb") as raw, wave.open(raw) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def _louder(piece: Sides) -> Sides:
    raised = piece.astype(np.float64)
    raised[:, 0] *= 10 ** (RAISED_DB / 20)
    return np.clip(raised, -32768, 32767).astype(np.int16)


def _with_noise(sound: Sides, seed: int) -> Sides:
    noise = np.random.default_rng(seed).normal(0.0, NOISE_RMS, sound.shape)
    return np.clip(sound + noise, -32768, 32767).astype(np.int16)
