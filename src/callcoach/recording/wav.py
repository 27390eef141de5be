"""The WAV header of a recording, and turning a raw recording into a WAV file where it lies.

A recording starts as 44 empty bytes and raw PCM after them. Finishing it means writing the header
into that gap, marks behind the sound, and renaming the file: no second copy, and a reader sees either no
recording or a whole one. Source of the layout: Microsoft RIFF WAVE, `fmt ` chunk of 16 bytes.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from callcoach.errors import RecordingError
from callcoach.recording.marks import Mark, mark_chunks

HEADER_BYTES = 44
CHANNELS = 2
BYTES_PER_SAMPLE = 2
BYTES_PER_FRAME = CHANNELS * BYTES_PER_SAMPLE
MAX_CHUNK_BYTES = 1 << 16
MAX_DATA_BYTES = 0xFFFFFFFC - HEADER_BYTES - MAX_CHUNK_BYTES
"""RIFF lengths are 32 bits: 37 hours of stereo at 8 kHz, with room for the marks after them."""

_HASH_BLOCK_BYTES = 1 << 20


def wav_header(data_bytes: int, sample_rate_hz: int, chunk_bytes: int = 0) -> bytes:
    """Return the 44-byte header of a 16-bit stereo PCM file with `data_bytes` of samples, then `chunk_bytes`."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        data_bytes + HEADER_BYTES - 8 + chunk_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,
        CHANNELS,
        sample_rate_hz,
        sample_rate_hz * BYTES_PER_FRAME,
        BYTES_PER_FRAME,
        8 * BYTES_PER_SAMPLE,
        b"data",
        data_bytes,
    )


def finish_wav(raw: Path, wav: Path, sample_rate_hz: int, marks: Sequence[Mark] = ()) -> int:
    """Make the WAV file `wav` of the raw recording `raw` in place; return its length in frames.

    The header says where the sound ends before anything is written behind it, so that a crash in between is made
    good by doing it all again.

    A torn last frame is cut off. `raw` is gone afterwards. Returns 0, and removes `raw`, when it
    holds no audio at all.

    Raises:
        RecordingError: the file cannot be read, written or renamed.
    """
    try:
        frames = wav_frames(raw)
        if frames == 0:
            raw.unlink()
            return 0
        chunks = mark_chunks(marks, sample_rate_hz, frames)
        with raw.open("r+b") as file:
            file.truncate(HEADER_BYTES + frames * BYTES_PER_FRAME)
            file.write(wav_header(frames * BYTES_PER_FRAME, sample_rate_hz, len(chunks)))
            file.flush()
            os.fsync(file.fileno())
            file.seek(0, os.SEEK_END)
            file.write(chunks)
            file.flush()
            os.fsync(file.fileno())
        raw.rename(wav)
    except OSError as error:
        raise RecordingError(
            f"Could not finish {raw}: {error}. The audio is kept there; it is finished at the next start."
        ) from error
    sync_folder(wav.parent)
    return frames


def wav_frames(path: Path) -> int:
    """Return the length of a recording in frames: by its header, or by its size while it has none."""
    data_bytes = min(path.stat().st_size - HEADER_BYTES, MAX_DATA_BYTES)
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if header.startswith(b"RIFF"):
        data_bytes = min(data_bytes, int.from_bytes(header[-4:], "little"))
    return max(data_bytes, 0) // BYTES_PER_FRAME


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames and new names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
