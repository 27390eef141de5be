"""Our ports in the library's audio bridge: the agent's audio, and a tap on each call.

Their frame callbacks run on the bridge's clock, every 20 ms: they copy and hand on, and never wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcoach.sip.added_voices import AddedVoices
from callcoach.sip.frames import FrameCopier
from callcoach.sip.pjsua.binding import pj
from callcoach.sip.ports import BYTES_PER_SAMPLE, AudioPort

FRAME_MS = 20
Tick = Callable[[bytes, bytes], None]
"""Takes 20 ms of the agent and of the other side; empty bytes are silence."""


class BridgePort(pj.AudioMediaPort):
    """The agent's audio in the bridge. Its frame callbacks run on the media clock.

    In each tick the bridge asks every source before it gives to any sink, so a tap that looks at
    `frame` when its own frame arrives finds what the agent said in the very same tick.
    """

    def __init__(self, copier: FrameCopier, rate_hz: int) -> None:
        super().__init__()
        self._copier = copier
        self._samples = rate_hz * FRAME_MS // 1000
        self._silence = bytes(self._samples * BYTES_PER_SAMPLE)
        self.frame = b""
        self.serial = 0
        self.rest()

    def assign(self, audio: AudioPort, voices: AddedVoices, on_error: Callable[[str], None]) -> None:
        """Serve this audio port, with the voices added to it, from the next tick on."""
        self.muted = False
        self._voices: AddedVoices | None = voices
        self._on_error = on_error
        self._audio: AudioPort | None = audio

    def rest(self) -> None:
        """Serve no audio port."""
        self.muted = False
        self._audio = self._voices = None

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802
        """Give the bridge 20 ms of the microphone."""
        pcm = self._silence
        try:
            if self._audio:
                said = self._audio.read(self._samples)[: len(pcm)].ljust(len(pcm), b"\0")
                pcm = self._silence if self.muted else said
            if self._voices:
                pcm = self._voices.to_send(pcm, self._samples)
        except Exception as error:  # noqa: BLE001 - any microphone fault: the media clock must go on
            self._fail(error)
        self.frame = pcm
        self.serial += 1
        self._copier.fill(frame, pcm)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        """Take 20 ms for the loudspeaker."""
        try:
            if self._audio and self._voices:
                self._audio.write(self._voices.to_hear(self._copier.take(frame) or self._silence))
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._audio = None
        self._on_error(f"{type(error).__name__}: {error}")


class CallTap(pj.AudioMediaPort):
    """Hears one call's other side and hands on both sides of every tick, silence included."""

    def __init__(self, copier: FrameCopier) -> None:
        super().__init__()
        self._copier = copier
        self._work: tuple[BridgePort, tuple[Tick, ...]] | None = None
        self.is_silent = False
        """Whether the sinks get silence in place of both sides."""
        self._serial = 0

    def assign(self, agent: BridgePort, sinks: tuple[Tick, ...]) -> None:
        """Give every tick from now on to the sinks."""
        self._serial = agent.serial
        self.is_silent = False
        self._work = (agent, sinks)

    def rest(self) -> None:
        """Give ticks to nobody."""
        self._work = None

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        """Pair the other side's frame with the agent's of the same tick."""
        if self._work is None:
            return
        agent, sinks = self._work
        customer = self._copier.take(frame)
        said = agent.frame if agent.serial != self._serial else b""
        self._serial = agent.serial
        if self.is_silent:
            said = customer = b""
        for sink in sinks:
            sink(said, customer)


def bridge_format(rate_hz: int) -> pj.MediaFormatAudio:
    """Return the one format of every port: 16-bit mono in frames of 20 ms."""
    audio = pj.MediaFormatAudio()
    audio.init(pj.PJMEDIA_FORMAT_PCM, rate_hz, 1, FRAME_MS * 1000, 8 * BYTES_PER_SAMPLE)
    return audio
