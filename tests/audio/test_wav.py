from __future__ import annotations

import struct
from pathlib import Path

import pytest

from callcoach.audio.wav import read_wav_header

FMT = struct.pack("<HHIIHH", 1, 2, 8000, 32000, 4, 16)
EXTENSIBLE = (
    struct.pack("<HHIIHH", 0xFFFE, 2, 8000, 32000, 4, 16) + struct.pack("<HHI", 22, 16, 3) + b"\x01\x00" + bytes(14)
)
DATA = bytes(range(40))


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + (b"\0" if len(body) % 2 else b"")


def riff(*chunks: bytes, kind: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return kind + struct.pack("<I", len(body)) + body


def header_of(tmp_path: Path, data: bytes):
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    return read_wav_header(path)


@pytest.mark.parametrize("fmt", [FMT, EXTENSIBLE], ids=["plain", "extensible"])
@pytest.mark.parametrize("before", [b"", chunk(b"LIST", b"odd"), chunk(b"JUNK", bytes(9000))], ids=["", "odd", "junk"])
def test_where_the_samples_lie(tmp_path: Path, fmt: bytes, before: bytes) -> None:
    data = riff(chunk(b"fmt ", fmt), before, chunk(b"data", DATA), chunk(b"LIST", b"tail"))
    header = header_of(tmp_path, data)
    assert header is not None
    assert header.is_pcm16
    assert data[header.data_offset : header.data_offset + header.data_bytes] == DATA
    assert (header.channels, header.sample_rate_hz, header.frames, header.declared_frames) == (2, 8000, 10, 10)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_an_open_length_reads_to_the_end(tmp_path: Path, size: int) -> None:
    header = header_of(tmp_path, riff(chunk(b"fmt ", FMT), chunk(b"data", DATA, size)))
    assert header is not None
    assert (header.frames, header.declared_frames) == (10, None)


def test_a_cut_file_tells_both_lengths(tmp_path: Path) -> None:
    header = header_of(tmp_path, riff(chunk(b"fmt ", FMT), chunk(b"data", DATA, 400)))
    assert header is not None
    assert (header.frames, header.declared_frames) == (10, 100)


def test_rf64_takes_its_length_from_ds64(tmp_path: Path) -> None:
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(DATA), 10, 0))
    header = header_of(tmp_path, riff(ds64, chunk(b"fmt ", FMT), chunk(b"data", DATA, 0xFFFFFFFF), kind=b"RF64"))
    assert header is not None
    assert (header.frames, header.declared_frames) == (10, 10)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"text that is no WAV at all",
        riff(),
        riff(chunk(b"fmt ", FMT)),
        riff(chunk(b"data", DATA)),
        riff(chunk(b"fmt ", FMT[:8]), chunk(b"data", DATA)),
        riff(chunk(b"fmt ", bytes(16)), chunk(b"data", DATA)),
        riff(chunk(b"fmt ", FMT), chunk(b"LIST", b"", 0xFFFFFFF0)),
    ],
)
def test_what_is_no_wav(tmp_path: Path, data: bytes) -> None:
    assert header_of(tmp_path, data) is None
