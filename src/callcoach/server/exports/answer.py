"""A table as the answer to a request for a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from enum import StrEnum
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from callcoach.server.exports.tables import Table, csv_lines, write_xlsx

BLOCK_BYTES = 1 << 18
IN_MEMORY_BYTES = 1 << 20
"""A workbook up to this size is no file on disk before it is sent."""


class FileFormat(StrEnum):
    """What a table can be taken away as."""

    CSV = "csv"
    XLSX = "xlsx"


_KINDS = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(table: Table, file_format: FileFormat) -> Response:
    """Answer with the table as a file of its name, however long it is.

    CSV is sent as the rows are read; of a workbook the end must be known before its beginning.
    """
    blocks = csv_lines(table) if file_format is FileFormat.CSV else _workbook(table)
    headers = _headers(f"{table.name}.{file_format.value}")
    if isinstance(table.rows, Sequence):  # at hand already
        return Response(b"".join(blocks), media_type=_KINDS[file_format], headers=headers)
    return StreamingResponse(blocks, media_type=_KINDS[file_format], headers=headers)


def attachment(data: bytes, name: str, kind: str) -> Response:
    """Answer with bytes as a file."""
    return Response(data, media_type=kind, headers=_headers(name))


def _workbook(table: Table) -> Iterator[bytes]:
    """Write the workbook, so that what goes wrong is told before anything is sent, and return its blocks."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed when it was sent
    try:
        write_xlsx(table, file)  # pyright: ignore[reportArgumentType] - it is what a BinaryIO is
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _blocks(file)


def _blocks(file: tempfile.SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _headers(name: str) -> dict[str, str]:
    """Return the headers of a file, whose name may be Chinese (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
