"""Opening recordings from anywhere: a file in, a `Recording` and its `Sound` out.

Plain 16-bit WAV at 8 or 16 kHz is mapped from where it lies. Everything else goes through ffmpeg into a
temporary PCM file that is mapped too, so that memory does not grow with the length of a call. pydub is not used
here: it holds the whole decoded recording in memory twice (measured with 10 h of stereo MP3 at 8 kHz: 3,381 MB and
46 s, against 67 MB and 19 s here) and asks ffprobe, which the `imageio-ffmpeg` package lacks. It encodes the
report's sound instead.

8 kHz stays 8 kHz, lower rates become 8 kHz, all others 16 kHz. Nothing is guessed: who is on which channel is the
caller's word, and sides that cannot be told apart are `Speaker.UNKNOWN`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from callcoach.audio import notes
from callcoach.audio.channels import interleave, same_channels, silent_channels
from callcoach.audio.ffmpeg import Stream, decode, probe
from callcoach.audio.sniffing import describe_content, ogg_is_ended
from callcoach.audio.sound import Sound
from callcoach.audio.wav import WavHeader, read_wav_header
from callcoach.datapath import Recording, RecordingNote, Speaker
from callcoach.errors import AudioFormatError

NARROWBAND_HZ = 8000
WIDEBAND_HZ = 16000
LENGTH_TOLERANCE_S = 0.5
"""A file is called truncated when this much more was promised than found: codec padding is under 0.2 s."""
ACCEPTED = "WAV, MP3, FLAC, OGG, M4A, AMR, or raw G.711 with --raw alaw|ulaw"


class AgentSide(StrEnum):
    """On which channel of a stereo recording the agent is."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def speakers(self) -> tuple[Speaker, Speaker]:
        """Who is heard left and right."""
        sides = (Speaker.AGENT, Speaker.CUSTOMER)
        return sides if self is AgentSide.LEFT else (sides[1], sides[0])


@dataclass(frozen=True, slots=True)
class RawFormat:
    """How to read a file without a header: G.711 at `sample_rate_hz` with `channels` interleaved channels."""

    encoding: Literal["alaw", "ulaw"]
    sample_rate_hz: int = NARROWBAND_HZ
    channels: int = 1

    @property
    def ffmpeg_options(self) -> tuple[str, ...]:
        """Input options for ffmpeg."""
        demuxer = "alaw" if self.encoding == "alaw" else "mulaw"
        return ("-f", demuxer, "-ar", str(self.sample_rate_hz), "-ac", str(self.channels))


@dataclass(frozen=True, slots=True)
class _Source:
    """One file, how to read it, and where its samples go if they must be decoded."""

    path: Path
    raw: RawFormat | None
    target: Path

    @property
    def input_options(self) -> tuple[str, ...]:
        return self.raw.ffmpeg_options if self.raw else ()


@dataclass(frozen=True, slots=True)
class _Opened:
    """One file's samples, shape (frames, channels), and what there is to say of it."""

    samples: NDArray[np.int16]
    rate_hz: int
    source_format: str
    notes: tuple[RecordingNote, ...]


def open_recording(
    path: Path,
    *,
    agent_side: AgentSide = AgentSide.LEFT,
    other: Path | None = None,
    raw: RawFormat | None = None,
    work_dir: Path,
    trust_sides: bool = False,
) -> tuple[Recording, Sound]:
    """Open a recording for analysis.

    Args:
        path: the recording; the agent's where `other` is given.
        agent_side: where the agent is in a stereo file.
        other: the customer's file, when the sides came as two mono files; the shorter is padded with silence.
        raw: how to read files without a header.
        work_dir: an existing folder for decoded samples. The Sound may be mapped from a file in it: keep it as
            long as the Sound is used, then remove it.
        trust_sides: our own recorder's file: its sides are apart even when one of them is silent or both are alike.

    Raises:
        AudioFormatError: a file is missing, empty, not sound, or has more than two channels; the message names
            the file, what was found and what to do.
    """
    if other is not None:
        return _open_pair(_Source(path, raw, work_dir / "agent.pcm"), _Source(other, raw, work_dir / "customer.pcm"))
    opened = _open(_Source(path, raw, work_dir / "recording.pcm"))
    speakers, said = (agent_side.speakers, ()) if trust_sides else _who_is_where(opened.samples, agent_side)
    samples = opened.samples if len(speakers) == opened.samples.shape[1] else opened.samples[:, :1]
    sound = Sound(samples, opened.rate_hz, speakers)
    recording = Recording(
        path=str(path.absolute()),
        sha256=file_sha256(path),
        sample_rate_hz=opened.rate_hz,
        duration_s=sound.duration_s,
        speakers=speakers,
        source_format=opened.source_format,
        notes=(*opened.notes, *said),
    )
    return recording, sound


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open_pair(agent: _Source, customer: _Source) -> tuple[Recording, Sound]:
    """Put two mono files side by side, agent left, at the higher of their rates."""
    opened = _open_mono(agent), _open_mono(customer)
    rate_hz = max(side.rate_hz for side in opened)
    sides = [
        side.samples if side.rate_hz == rate_hz else _decoded(source, rate_hz, 1)[0]
        for source, side in zip((agent, customer), opened, strict=True)
    ]
    joined = interleave(sides[0], sides[1], agent.target.with_name("pair.pcm"))
    sound = Sound(joined, rate_hz, AgentSide.LEFT.speakers)
    lengths_s = [side.shape[0] / rate_hz for side in sides]
    said = (notes.padded(*lengths_s),) if abs(lengths_s[0] - lengths_s[1]) > LENGTH_TOLERANCE_S else ()
    recording = Recording(
        path=str(agent.path.absolute()),
        sha256=file_sha256(agent.path),
        sample_rate_hz=rate_hz,
        duration_s=sound.duration_s,
        speakers=sound.speakers,
        source_format=" + ".join(side.source_format for side in opened),
        customer_path=str(customer.path.absolute()),
        customer_sha256=file_sha256(customer.path),
        notes=(*opened[0].notes, *opened[1].notes, *said),
    )
    return recording, sound


def _open_mono(source: _Source) -> _Opened:
    """Open one side's file; a stereo file with the same sound on both channels counts as mono."""
    opened = _open(source)
    if opened.samples.shape[1] == 2 and not same_channels(opened.samples):
        raise AudioFormatError(
            f"{source.path}: found two different channels, expected one side of the call. Of two files, one is the "
            "agent's and one the customer's, each mono; if this file holds both sides, give it alone, without "
            "--customer-file."
        )
    return replace(opened, samples=opened.samples[:, :1])


def _who_is_where(
    samples: NDArray[np.int16], agent_side: AgentSide
) -> tuple[tuple[Speaker, ...], tuple[RecordingNote, ...]]:
    """Say who is on which channel; sides that are not apart are one unknown speaker."""
    if samples.shape[1] == 1:
        return (Speaker.UNKNOWN,), (notes.MONO,)
    if same_channels(samples):
        return (Speaker.UNKNOWN,), (notes.SAME_CHANNELS,)
    speakers = agent_side.speakers
    return speakers, tuple(notes.silent_side(speakers[channel]) for channel in silent_channels(samples))


def _open(source: _Source) -> _Opened:
    """Open one file, mapping it where it lies if that is possible."""
    path = source.path
    _check_file(path, source.raw)
    header = None if source.raw else read_wav_header(path)
    _check_channels(path, header.channels if header else 0)
    if header and header.is_pcm16 and header.sample_rate_hz in {NARROWBAND_HZ, WIDEBAND_HZ} and header.frames:
        shape = (header.frames, header.channels)
        samples = np.memmap(path, dtype="<i2", mode="r", offset=header.data_offset, shape=shape)
        return _Opened(samples, header.sample_rate_hz, "pcm_s16le/wav", _wav_notes(header, header.frames))
    stream = _probe(source)
    rate_hz = NARROWBAND_HZ if stream.sample_rate_hz <= NARROWBAND_HZ else WIDEBAND_HZ
    samples, damaged = _decoded(source, rate_hz, stream.channels)
    found_s = samples.shape[0] / rate_hz
    said = (
        _wav_notes(header, round(found_s * header.sample_rate_hz)) if header else _stream_notes(path, stream, found_s)
    )
    container = "raw" if source.raw else stream.container
    return _Opened(samples, rate_hz, f"{stream.codec}/{container}", said or ((notes.DAMAGED,) if damaged else ()))


def _check_file(path: Path, raw: RawFormat | None) -> None:
    if not path.is_file():
        raise AudioFormatError(f"{path}: there is no such file. Check the path.")
    if path.stat().st_size == 0:
        raise AudioFormatError(f"{path}: the file is empty (0 bytes). Copy it again from where it was recorded.")
    with path.open("rb") as file:
        start = file.read(4)
    if raw and start in {b"RIFF", b"fLaC", b"OggS", b"#!AM"}:
        raise AudioFormatError(f"{path}: --raw was given, but the file has a header ({start!r}). Leave out --raw.")


def _check_channels(path: Path, channels: int) -> None:
    if channels > 2:
        raise AudioFormatError(
            f"{path}: found {channels} channels, expected 1 (both sides mixed) or 2 (a side each). Export the agent's "
            "and the customer's channel as one stereo file, or as two mono files with --customer-file."
        )


def _probe(source: _Source) -> Stream:
    try:
        stream = probe(source.path, source.input_options)
    except AudioFormatError as error:
        raise _not_sound(source.path, error) from error
    _check_channels(source.path, stream.channels)
    return stream


def _decoded(source: _Source, rate_hz: int, channels: int) -> tuple[NDArray[np.int16], bool]:
    """Decode and map the result, shape (frames, channels); also say whether parts were damaged."""
    target = source.target.with_suffix(f".{rate_hz}.pcm")
    try:
        damaged = decode(source.path, target, rate_hz, source.input_options)
    except AudioFormatError as error:
        raise _not_sound(source.path, error) from error
    frames = target.stat().st_size // (2 * channels)
    if frames == 0:
        target.unlink()
        raise AudioFormatError(f"{source.path}: found 0 seconds of sound. Copy it again from where it was recorded.")
    return np.memmap(target, dtype="<i2", mode="r", shape=(frames, channels)), damaged


def _wav_notes(header: WavHeader, found_frames: int) -> tuple[RecordingNote, ...]:
    if header.declared_frames is None:
        return (notes.HEADER_REPAIRED,)
    promised_s, found_s = (n / header.sample_rate_hz for n in (header.declared_frames, found_frames))
    return (notes.truncated(promised_s, found_s),) if promised_s - found_s > LENGTH_TOLERANCE_S else ()


def _stream_notes(path: Path, stream: Stream, found_s: float) -> tuple[RecordingNote, ...]:
    """Compare what a compressed file promises with what came out; a guessed length promises nothing."""
    if stream.container == "ogg" and not ogg_is_ended(path):
        return (notes.OGG_NOT_ENDED,)
    if stream.duration_s is None or stream.duration_s - found_s <= LENGTH_TOLERANCE_S:
        return ()
    return (notes.truncated(stream.duration_s, found_s),)


def _not_sound(path: Path, reason: Exception) -> AudioFormatError:
    found = describe_content(path)
    return AudioFormatError(f"{path}: {found}, no sound that can be read ({reason}). Expected {ACCEPTED}.")
