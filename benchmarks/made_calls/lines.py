"""Telephone lines: what each leg of a call does to the voice, good and bad. Samples are floats, 8 kHz."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfiltfilt

RATE_HZ = 8000
PACKET_S = 0.02
Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Leg:
    """Levels in dB (`snr_db`, `babble_db`, `echo_db` against the voice), loss as a share of packets; None: without."""

    level_db: float
    snr_db: float
    noise: str
    babble_db: float | None
    echo_db: float | None
    room: bool
    loss: float


def good_leg(dice: np.random.Generator) -> Leg:
    """A line as the corpus's `dev` has them."""
    return Leg(
        level_db=dice.uniform(-30, -20),
        snr_db=dice.uniform(25, 35),
        noise=str(dice.choice(["white", "pink"])),
        babble_db=dice.uniform(20, 25) if dice.random() < 0.3 else None,
        echo_db=dice.uniform(-40, -32) if dice.random() < 0.3 else None,
        room=bool(dice.random() < 0.3),
        loss=dice.uniform(0, 0.005) if dice.random() < 0.5 else 0.0,
    )


def bad_leg(dice: np.random.Generator) -> Leg:
    """A line as the corpus's `dev-hard` has them: 13 to 20 dB, babble 10 to 16 dB below, 1 to 4 % lost."""
    return Leg(
        level_db=dice.uniform(-30, -20),
        snr_db=dice.uniform(13, 20),
        noise=str(dice.choice(["white", "pink"])),
        babble_db=dice.uniform(10, 16),
        echo_db=dice.uniform(-36, -28) if dice.random() < 0.5 else None,
        room=bool(dice.random() < 0.3),
        loss=dice.uniform(0.01, 0.04),
    )


def through(voice: Samples, other: Samples, babble: Samples, leg: Leg, dice: np.random.Generator) -> Samples:
    """Return the voice of one leg as the other end of the line gets it. All sounds are equally long."""
    loudness = active_rms(voice)
    sound = voice.copy()
    if leg.echo_db is not None:
        delay = round(dice.uniform(0.02, 0.08) * RATE_HZ)
        echo = np.concatenate([np.zeros(delay), other])[: len(sound)]
        sound += echo * loudness / active_rms(other) * gain(leg.echo_db)
    if leg.babble_db is not None:
        sound += babble * loudness / active_rms(babble) * gain(-leg.babble_db)
    if leg.room:
        sound = reverberate(sound, dice)
    sound = sosfiltfilt(butter(4, (300, 3400), "bandpass", fs=RATE_HZ, output="sos"), sound)
    sound *= gain(leg.level_db) / active_rms(sound)
    noise = coloured_noise(len(sound), leg.noise, dice)
    sound += noise * gain(leg.level_db - leg.snr_db) / np.sqrt(np.mean(noise**2))
    return a_law(lose_packets(sound, leg.loss, dice))


def gain(level_db: float) -> float:
    """Return the factor that changes amplitude by so many dB."""
    return 10 ** (level_db / 20)


def active_rms(sound: Samples) -> float:
    """Return the root mean square of the packets that are not silence: those within 30 dB of the loudest."""
    size = round(PACKET_S * RATE_HZ)
    power = np.mean(sound[: len(sound) // size * size].reshape(-1, size) ** 2, axis=1)
    return float(np.sqrt(np.mean(power[power >= power.max() * 1e-3])))


def reverberate(sound: Samples, dice: np.random.Generator) -> Samples:
    """A small room: noise that dies away by 60 dB within 0.15 to 0.3 s, 12 dB below the direct sound."""
    times_s = np.arange(round(0.3 * RATE_HZ)) / RATE_HZ
    tail = dice.normal(size=len(times_s)) * 10 ** (-3 * times_s / dice.uniform(0.15, 0.3))
    tail *= gain(-12) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return fftconvolve(sound, tail)[: len(sound)]


def coloured_noise(length: int, colour: str, dice: np.random.Generator) -> Samples:
    """White noise, or pink: as much power in each octave."""
    white = dice.normal(size=length)
    if colour == "white":
        return white
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return np.fft.irfft(spectrum, length)


def lose_packets(sound: Samples, share: float, dice: np.random.Generator) -> Samples:
    """Put in place of a lost packet the one before it, as plain telephones do; half again as many follow each other."""
    size = round(PACKET_S * RATE_HZ)
    out = sound.copy()
    lost = dice.random(len(sound) // size) < share / 1.5
    lost[1:] |= lost[:-1] & (dice.random(len(lost) - 1) < 0.5)
    for packet in np.flatnonzero(lost[1:]) + 1:
        out[packet * size : (packet + 1) * size] = out[(packet - 1) * size : packet * size]
    return out


def a_law(sound: Samples) -> Samples:
    """There and back through G.711 A-law."""
    file = io.BytesIO()
    soundfile.write(file, np.clip(sound, -1, 1), RATE_HZ, format="WAV", subtype="ALAW")
    file.seek(0)
    return soundfile.read(file)[0]
