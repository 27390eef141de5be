"""Reading WAV headers, those of crashed recorders among them. Takes a path, gives where the samples lie.

Only the header is read; the samples stay on disk.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PCM = 0x0001
EXTENSIBLE = 0xFFFE
UNKNOWN_SIZES = (0, 0xFFFFFFFF)
"""Data lengths that recorders write before they know the length, and leave when they crash."""
MAX_CHUNKS = 1000
"""A header with more chunks than this is not a header: stop walking."""


@dataclass(frozen=True, slots=True)
class WavHeader:
    """The format of a WAV file and where its samples are.

    `declared_bytes` is what the header says, None where a crashed recorder left it open;
    `data_bytes` is what the file holds from `data_offset` on. Rates in Hz, sizes in bytes.
    """

    format_tag: int
    channels: int
    sample_rate_hz: int
    bits: int
    block_bytes: int
    data_offset: int
    data_bytes: int
    declared_bytes: int | None

    @property
    def is_pcm16(self) -> bool:
        """Whether the samples are plain 16-bit integers, usable as they lie on disk."""
        return self.format_tag == PCM and self.bits == 16 and self.block_bytes == 2 * self.channels

    @property
    def frames(self) -> int:
        """Whole sample frames in the file."""
        return self.data_bytes // self.block_bytes

    @property
    def declared_frames(self) -> int | None:
        """Sample frames the header promises."""
        return None if self.declared_bytes is None else self.declared_bytes // self.block_bytes


def read_wav_header(path: Path) -> WavHeader | None:
    """Read the header of a RIFF or RF64 WAV file.

    Returns:
        The header, or None when the file is not WAV or its format or data chunk is missing or makes no sense.
    """
    with path.open("rb") as file:
        start = file.read(12)
        if len(start) < 12 or start[:4] not in {b"RIFF", b"RF64"} or start[8:] != b"WAVE":
            return None
        return _walk(file, path.stat().st_size)


def _walk(file: BinaryIO, file_bytes: int) -> WavHeader | None:
    """Follow the chunks up to `data`, which is last in what recorders write."""
    fmt, size_64 = b"", None
    for _ in range(MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return None
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            return _header(fmt, file.tell(), file_bytes, size if size_64 is None else size_64)
        body = file.read(size) if name in {b"fmt ", b"ds64"} and size <= 4096 else b""
        if name == b"fmt ":
            fmt = body
        elif name == b"ds64" and len(body) >= 16:
            size_64 = int.from_bytes(body[8:16], "little")
        file.seek(size + size % 2 - len(body), 1)
    return None


def _header(fmt: bytes, offset: int, file_bytes: int, size: int) -> WavHeader | None:
    if len(fmt) < 16:
        return None
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag == EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")
    if not (channels and rate and block):
        return None
    rest = max(0, file_bytes - offset)
    declared = None if size in UNKNOWN_SIZES and rest else size
    return WavHeader(tag, channels, rate, bits, block, offset, min(rest, rest if declared is None else size), declared)
