"""Where the agent's sound comes from and goes to: a headset, a browser, a file, or nothing.

The softphone asks an `AudioFactory` for a port each time a call is connected. Answering with the
same port for every call makes it the agent's one headset; a fresh port for each call suits files.
PCM is 16-bit little-endian mono at the rate given to the factory.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from callcoach.errors import AudioFormatError

BYTES_PER_SAMPLE = 2


class AudioPort(Protocol):
    """One end of the agent's audio. `read` and `write` run on the media clock and must not block."""

    def read(self, samples: int) -> bytes:
        """Return up to `samples` samples from the microphone; what is missing is sent as silence."""
        ...

    def write(self, pcm: bytes) -> None:
        """Take what the agent should hear."""
        ...

    @property
    def wants_hang_up(self) -> bool:
        """Whether the port has nothing more to say and asks for the call to be ended."""
        ...


AudioFactory = Callable[[str, int], AudioPort]
"""Makes or returns the port for a call: (call id, sample rate in Hz)."""


class SilentPort:
    """No microphone and no loudspeaker: silence is sent, what comes in is only recorded."""

    wants_hang_up = False

    def read(self, samples: int) -> bytes:  # noqa: ARG002 - the Protocol's
        """Return nothing: the softphone sends silence."""
        return b""

    def write(self, pcm: bytes) -> None:
        """Drop what is heard."""


class PlaybackPort:
    """Speaks a stretch of PCM from its first sample when the call connects, then keeps silent.

    Args:
        pcm: 16-bit mono samples.
        hang_up_when_done: ask for the call to be ended after the last sample.
        heard: called with every frame that comes in, on the media clock.
    """

    def __init__(
        self, pcm: bytes, *, hang_up_when_done: bool = False, heard: Callable[[bytes], None] | None = None
    ) -> None:
        self._pcm = memoryview(pcm)
        self._at = 0
        self._hang_up_when_done = hang_up_when_done
        self._heard = heard

    def read(self, samples: int) -> bytes:
        """Return the next stretch of the sound."""
        stretch = self._pcm[self._at : self._at + samples * BYTES_PER_SAMPLE]
        self._at += len(stretch)
        return bytes(stretch)

    def write(self, pcm: bytes) -> None:
        """Pass on what is heard."""
        if self._heard:
            self._heard(pcm)

    @property
    def wants_hang_up(self) -> bool:
        """True once everything was said, if that should end the call."""
        return self._hang_up_when_done and self._at >= len(self._pcm)


def silent_factory(_call_id: str, _sample_rate_hz: int) -> AudioPort:
    """Give each call a port without microphone and loudspeaker."""
    return SilentPort()


def playback_factory(path: Path, *, hang_up_when_done: bool = False) -> AudioFactory:
    """Give each call a port that speaks the WAV file `path` once it is connected."""

    def make(_call_id: str, sample_rate_hz: int) -> AudioPort:
        return PlaybackPort(read_wav(path, sample_rate_hz), hang_up_when_done=hang_up_when_done)

    return make


def read_wav(path: Path, sample_rate_hz: int) -> bytes:
    """Return the samples of a 16-bit mono WAV file at exactly `sample_rate_hz`.

    Raises:
        AudioFormatError: the file cannot be read, or has another rate, width or channel count.
    """
    try:
        with wave.open(str(path), "rb") as file:
            found = (file.getframerate(), file.getsampwidth(), file.getnchannels())
            pcm = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise AudioFormatError(
            f"{path} is not a WAV file that can be read: {error}.", f"{path} 不是能读的 WAV 文件：{error}。"
        ) from error
    if found != (sample_rate_hz, BYTES_PER_SAMPLE, 1):
        raise AudioFormatError(
            f"{path}: found {found[0]} Hz, {8 * found[1]} bit, {found[2]} channels; expected {sample_rate_hz} Hz, "
            f"16 bit, 1 channel. Convert it: ffmpeg -i {path.name} -ar {sample_rate_hz} -ac 1 -c:a pcm_s16le out.wav",
            f"{path}：是 {found[0]} Hz、{8 * found[1]} 位、{found[2]} 声道；应为 {sample_rate_hz} Hz、16 位、单声道。",
        )
    return pcm
