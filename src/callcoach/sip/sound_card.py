"""The computer's own sound card as the agent's headset, by PortAudio. An extra: `pip install callcoach[sound-card]`.

The card runs on its own clock and the call on another. Each direction keeps a little sound waiting; what the faster
clock has too much of is skipped, and the slower one's gap is silence (`sound_queue`).
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from callcoach.errors import ConfigError, SipError
from callcoach.sip.ports import BYTES_PER_SAMPLE
from callcoach.sip.sound_queue import SoundQueue

BLOCK_MS = 20
DEFAULT = "default"
"""The name that stands for the system's own choice of devices."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device as PortAudio lists it; channels it takes and gives."""

    number: int
    name: str
    inputs: int
    outputs: int


class SoundCard:
    """One agent's headset at this computer, the same for each call. `read` and `write` run on the media clock.

    Args:
        rate_hz: of all sound.
        device: number or part of the name of a device, or a pair `input,output` of them; `default`: the system's own.

    Raises:
        ConfigError: there is no PortAudio, or no such device, or it cannot be opened at this rate.
    """

    wants_hang_up = False

    def __init__(self, rate_hz: int, device: str = DEFAULT) -> None:
        sounddevice = _sounddevice()
        self._said = SoundQueue(rate_hz)
        self._heard = SoundQueue(rate_hz)
        try:
            self._stream = sounddevice.RawStream(
                samplerate=rate_hz,
                blocksize=rate_hz * BLOCK_MS // 1000,
                device=_chosen(device),
                channels=1,
                dtype="int16",
                latency="low",
                callback=self.exchange,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            known = "; ".join(f"{one.number} {one.name}" for one in list_devices()) or "none"
            raise ConfigError(
                f"The sound card {device!r} cannot be opened at {rate_hz} Hz: {error}. Devices: {known}. "
                "Name one with --sound-card.",
                f"声卡 {device!r} 不能以 {rate_hz} Hz 打开：{error}。可用设备：{known}。请用 --sound-card 指定。",
            ) from error

    def exchange(self, said: Any, heard: Any, frames: int, _time: Any, _status: Any) -> None:
        """Take what the microphone gave and give the loudspeaker as much. Called by PortAudio."""
        self._said.put(bytes(said))
        heard[:] = self._heard.take(frames).ljust(frames * BYTES_PER_SAMPLE, b"\0")

    def read(self, samples: int) -> bytes:
        """Return the next stretch of the microphone; nothing while too little waits.

        Raises:
            SipError: the card has stopped, as when it was unplugged.
        """
        if not self._stream.active:
            raise SipError(
                "The sound card has stopped. Plug it in and start the softphone again.",
                "声卡停了。请插好，再启动软电话。",
            )
        return self._said.take(samples)

    def write(self, pcm: bytes) -> None:
        """Have the agent hear this."""
        self._heard.put(pcm)

    def close(self) -> None:
        """Let go of the card."""
        self._stream.close()


def list_devices() -> tuple[Device, ...]:
    """Return all devices.

    Raises:
        ConfigError: there is no PortAudio.
    """
    return tuple(
        Device(number, one["name"], one["max_input_channels"], one["max_output_channels"])
        for number, one in enumerate(_sounddevice().query_devices())
    )


def _chosen(device: str) -> Any:
    if device == DEFAULT:
        return None
    parts: list[int | str] = [int(part) if part.isdecimal() else part for part in map(str.strip, device.split(","))]
    return parts[0] if len(parts) == 1 else tuple(parts)


def _sounddevice() -> Any:
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise ConfigError(
            "The Python package sounddevice is missing. Install it: pip install 'callcoach[sound-card]'.",
            "缺少 Python 包 sounddevice。请安装：pip install 'callcoach[sound-card]'。",
        ) from error
    except OSError as error:  # sounddevice looks for the library when it is imported
        raise ConfigError(
            f"PortAudio is missing ({error}). Install it (Debian: apt-get install libportaudio2), or use the desk in "
            "the browser, which needs none.",
            f"缺少 PortAudio（{error}）。请安装（Debian：apt-get install libportaudio2），或用不需要它的浏览器工作台。",
        ) from error
