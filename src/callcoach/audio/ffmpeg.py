"""Running ffmpeg: which one, what it says of a file, and decoding a file to 16-bit PCM on disk.

The system's ffmpeg comes first; without it the binary inside the `imageio-ffmpeg` package is used, so
that a machine without root has one too. That package has no ffprobe, so facts are read from what
`ffmpeg -i` prints. Files may come from anywhere: only local files and known sound formats are opened,
never a playlist that would make ffmpeg fetch something.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from callcoach.errors import AudioFormatError

FORMATS = "wav,w64,mp3,flac,ogg,mov,amr,amrnb,amrwb,aac,aiff,au,caf,matroska,asf,avi,gsm"
"""Demuxers a recording may use. Playlist formats (hls, concat, dash, sdp) are left out on purpose, and so are
headerless ones, whose rate ffmpeg would guess: they come in only by an explicit `-f`."""
CHANNELS = {"mono": 1, "stereo": 2, "downmix": 2, "dual mono": 2, "1 channels": 1, "2 channels": 2}
"""ffmpeg's names of layouts that a call can have."""

_INPUT = re.compile(r"^Input #0, (?P<format>\S+), from", re.MULTILINE)
_STREAM = re.compile(r"Stream #0:\d+.*?: Audio: (?P<codec>\w+).*?, (?P<rate>\d+) Hz, (?P<layout>[^,\n]+)")
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_DAMAGE = re.compile(
    r"error while decoding|error submitting packet|corrupt bitstream|invalid data found", re.IGNORECASE
)
_ESTIMATE = "Estimating duration from bitrate"


@dataclass(frozen=True, slots=True)
class Stream:
    """What ffmpeg says of a file's first sound stream. `duration_s` is None where it had to guess."""

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    duration_s: float | None


@cache
def find_ffmpeg() -> str:
    """Return the path of the ffmpeg to use.

    Raises:
        AudioFormatError: there is none.
    """
    system = shutil.which("ffmpeg")
    if system:
        return system
    import imageio_ffmpeg  # pyright: ignore[reportMissingTypeStubs]

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise AudioFormatError(
            "No ffmpeg found, neither on the PATH nor in the imageio-ffmpeg package; it is needed for all but plain "
            "16-bit WAV. Install one: apt-get install ffmpeg, or pip install imageio-ffmpeg."
        ) from error


def probe(path: Path, input_options: Sequence[str] = ()) -> Stream:
    """Ask ffmpeg what a file holds.

    Raises:
        AudioFormatError: ffmpeg finds no sound stream in it; the message is ffmpeg's reason.
    """
    said = _run([*_reading(path, input_options)]).stderr
    container, stream = _INPUT.search(said), _STREAM.search(said)
    if container is None or stream is None:
        raise AudioFormatError(_reason(said))
    layout = stream["layout"].strip().removesuffix(" (default)")
    return Stream(
        container=container["format"].split(",")[0],
        codec=stream["codec"],
        sample_rate_hz=int(stream["rate"]),
        channels=CHANNELS.get(layout.split(" (")[0], 0) or _count(layout),
        duration_s=None if _ESTIMATE in said else _duration_s(said),
    )


def decode(path: Path, target: Path, rate_hz: int, input_options: Sequence[str] = ()) -> bool:
    """Write a file's first sound stream to `target` as raw little-endian 16-bit PCM at `rate_hz`.

    ffmpeg streams from disk to disk, so a recording of hours takes no memory.

    Returns:
        True when parts were damaged and skipped.

    Raises:
        AudioFormatError: nothing could be decoded, or the target could not be written.
    """
    output = ["-map", "0:a:0", "-f", "s16le", "-ar", str(rate_hz), "-y", f"file:{target.absolute()}"]
    done = _run([*_reading(path, input_options), *output])
    if done.returncode:
        target.unlink(missing_ok=True)
        raise AudioFormatError(_reason(done.stderr))
    return _DAMAGE.search(done.stderr) is not None


def _reading(path: Path, input_options: Sequence[str]) -> list[str]:
    headerless = [value for option, value in pairwise(input_options) if option == "-f"]
    allowed = ["-protocol_whitelist", "file", "-format_whitelist", ",".join([FORMATS, *headerless])]
    return ["-hide_banner", "-nostdin", "-nostats", *allowed, *input_options, "-i", f"file:{path.absolute()}"]


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [find_ffmpeg(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)


def _reason(said: str) -> str:
    """Return ffmpeg's last telling line without its prefix of module and address."""
    lines = [re.sub(r"^(\[[^\]]*\] )*(file:.*: )?", "", line).strip() for line in said.splitlines()]
    dull = ("Error opening input file", "At least one output file", "Conversion failed", "Input #", "Metadata:")
    telling = [line for line in lines if line and not line.startswith(dull)]
    if any(line.startswith("Duration:") for line in telling):
        return "no sound stream in it"
    if telling and telling[0].startswith("Format not on whitelist"):
        return "not a format that recordings come in"
    return telling[0] if telling else "ffmpeg gave no reason"


def _count(layout: str) -> int:
    """Channels of a layout with more than two, such as `5.1`, `4.0` or `6 channels`; 3 where it is only named."""
    numbers = re.match(r"(\d+)(?: channels|\.(\d))", layout)
    return int(numbers[1]) + int(numbers[2] or 0) if numbers else 3


def _duration_s(said: str) -> float | None:
    found = _DURATION.search(said)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None
