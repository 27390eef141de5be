"""Saying in words what a file that is not sound seems to be, from its first bytes."""

from __future__ import annotations

from pathlib import Path

SNIFFED_BYTES = 512
OGG_PAGE_BYTES = 65307
"""The longest an OGG page can be (RFC 3533, section 6)."""
MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"RIFF", "a RIFF file whose header is damaged"),
    (b"fLaC", "a damaged FLAC file"),
    (b"OggS", "a damaged OGG file"),
    (b"ID3", "a damaged MP3 file"),
    (b"#!AMR", "a damaged AMR file"),
)
"""First bytes and what they mean."""


def describe_content(path: Path) -> str:
    """Return what a file seems to hold, as `found …`; the file must exist."""
    with path.open("rb") as file:
        start = file.read(SNIFFED_BYTES)
    for magic, meaning in MAGIC:
        if start.startswith(magic):
            return f"found {meaning}"
    if start[4:8] == b"ftyp":
        return "found an MP4/M4A file that is cut short or damaged"
    text = _as_text(start)
    if text is not None:
        return f"found text ({text[:30]!r}…)"
    return f"found content without a known header (first bytes {start[:4].hex(' ')})"


def ogg_is_ended(path: Path) -> bool:
    """Whether the last page of an OGG file carries the end-of-stream mark (RFC 3533, section 6, header type 0x04)."""
    with path.open("rb") as file:
        file.seek(-min(OGG_PAGE_BYTES, path.stat().st_size), 2)
        end = file.read()
    page = end.rfind(b"OggS\0")
    return page >= 0 and page + 5 < len(end) and bool(end[page + 5] & 0x04)


def _as_text(start: bytes) -> str | None:
    """Decode the bytes as UTF-8, None when not printable. GB 18030 is not tried: it makes text of any bytes."""
    # the last character may be cut in the middle
    text = start.decode("utf-8", errors="ignore")
    whole = len(text.encode()) >= len(start) - 3
    return text if whole and all(char.isprintable() or char in "\r\n\t" for char in text) else None
