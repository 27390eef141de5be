"""The call's sound as browsers play it: MP3 of constant bit rate, stereo as recorded.

MP3 is chosen over Opus because every browser plays and seeks it, Safari's older ones included; at a constant bit
rate a seek lands where it should. At 24 kbit/s a call of 30 minutes takes 5.4 MB.

pydub does the encoding of ordinary calls. It holds the whole call in memory (measured: 258 MB at the peak for an
hour of stereo at 8 kHz, 141 MB streamed), so longer recordings are streamed into ffmpeg. Where no ffmpeg is, the
sound is a WAV file.
"""

from __future__ import annotations

import subprocess
import warnings
import wave
from dataclasses import dataclass
from pathlib import Path

from callcoach.audio.channels import blocks
from callcoach.audio.ffmpeg import find_ffmpeg
from callcoach.audio.sound import Sound
from callcoach.errors import AudioFormatError, StoreError

PYDUB_LIMIT_S = 3600.0
"""Up to an hour pydub encodes, longer recordings are streamed: memory must stay under 600 MB."""
NARROWBAND_BITRATE = "24k"
WIDEBAND_BITRATE = "40k"
"""Enough for two voices that seldom speak at once: joint stereo spends the bits on the one that does."""


@dataclass(frozen=True, slots=True)
class PageSound:
    """An encoded sound file and its media type."""

    path: Path
    media_type: str


def encode(sound: Sound, folder: Path, stem: str) -> PageSound:
    """Write the sound into `folder` as `stem`.mp3, or `stem`.wav where there is no ffmpeg.

    Raises:
        StoreError: the file could not be written.
    """
    try:
        find_ffmpeg()
    except AudioFormatError:
        return _write_wav(sound, folder / f"{stem}.wav")
    target = folder / f"{stem}.mp3"
    bitrate = NARROWBAND_BITRATE if sound.sample_rate_hz <= 8000 else WIDEBAND_BITRATE
    if sound.duration_s <= PYDUB_LIMIT_S:
        _encode_with_pydub(sound, target, bitrate)
    else:
        _encode_streaming(sound, target, bitrate)
    return PageSound(target, "audio/mpeg")


def _encode_with_pydub(sound: Sound, target: Path, bitrate: str) -> None:
    with warnings.catch_warnings():
        # pydub's own source warns of audioop, which Python 3.11 and 3.12 still have, and of escapes in its patterns
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.exceptions import CouldntEncodeError

    AudioSegment.converter = find_ffmpeg()
    whole = AudioSegment(
        data=sound.samples.tobytes(),
        sample_width=2,
        frame_rate=sound.sample_rate_hz,
        channels=len(sound.speakers),
    )
    try:
        with target.open("wb") as file:
            whole.export(file, format="mp3", bitrate=bitrate)
    except (OSError, CouldntEncodeError) as error:
        raise _refused(target, str(error)) from error


def _encode_streaming(sound: Sound, target: Path, bitrate: str) -> None:
    shape = ["-f", "s16le", "-ar", str(sound.sample_rate_hz), "-ac", str(len(sound.speakers))]
    output = ["-c:a", "libmp3lame", "-b:a", bitrate, "-f", "mp3", "-y", f"file:{target.absolute()}"]
    command = [find_ffmpeg(), "-hide_banner", "-v", "error", *shape, "-i", "pipe:0", *output]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        said = b""
        try:
            if process.stdin and process.stderr:
                for block in blocks(sound.samples):
                    process.stdin.write(block.tobytes())
                process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has gone; its exit code and words below say why
        said = process.stderr.read() if process.stderr else b""
    if process.returncode:
        raise _refused(target, said.decode(errors="replace").strip())


def _write_wav(sound: Sound, target: Path) -> PageSound:
    try:
        with wave.open(str(target), "wb") as file:
            file.setnchannels(len(sound.speakers))
            file.setsampwidth(2)
            file.setframerate(sound.sample_rate_hz)
            for block in blocks(sound.samples):
                file.writeframes(block.tobytes())
    except OSError as error:
        raise _refused(target, str(error)) from error
    return PageSound(target, "audio/wav")


def _refused(target: Path, reason: str) -> StoreError:
    return StoreError(
        f"Could not write the page's sound {target}: {reason}. Check free space and rights of its folder."
    )
