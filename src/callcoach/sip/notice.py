"""Sounds that tell both sides of a recording: at its start, and again and again."""

from __future__ import annotations

import numpy as np

from callcoach.errors import ConfigError
from callcoach.settings import RecordingSettings
from callcoach.sip.ports import read_wav

TONE_HZ = 1400.0
"""The customary tone of recorders on telephone lines."""
NOTICE_S = 0.5
BEEP_S = 0.2
LEVEL = 0.15
"""Of full scale: well audible beside speech, and not in its way."""
RAMP_S = 0.01


def notice_sound(settings: RecordingSettings, rate_hz: int) -> bytes:
    """Return what is heard when a recording begins; nothing when the settings want none.

    Raises:
        ConfigError: the settings name no file.
        AudioFormatError: the file is not 16-bit mono at `rate_hz`.
    """
    if settings.notice == "tone":
        return _tone(NOTICE_S, rate_hz)
    if settings.notice == "file":
        if settings.notice_file is None:
            raise ConfigError(
                "recording.notice is file, but recording.notice_file is empty. Name a WAV file there.",
                "recording.notice 为 file，但 recording.notice_file 是空的。请填写一个 WAV 文件。",
            )
        return read_wav(settings.notice_file, rate_hz)
    return b""


def beep_sound(rate_hz: int) -> bytes:
    """Return the short tone of `recording.beep_every_s`."""
    return _tone(BEEP_S, rate_hz)


def _tone(seconds: float, rate_hz: int) -> bytes:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    ramp = np.minimum(1.0, np.minimum(times, times[::-1]) / RAMP_S)
    return (32767 * LEVEL * ramp * np.sin(2 * np.pi * TONE_HZ * times)).astype("<i2").tobytes()
