"""A table as the answer to a request for a file."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import quote

from starlette.responses import Response

from callcoach.server.exports.tables import Table, as_csv, as_xlsx


class FileFormat(StrEnum):
    """What a table can be taken away as."""

    CSV = "csv"
    XLSX = "xlsx"


_KINDS = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(table: Table, file_format: FileFormat) -> Response:
    """Answer with the table as a file of its name."""
    data = as_csv(table) if file_format is FileFormat.CSV else as_xlsx(table)
    return attachment(data, f"{table.name}.{file_format.value}", _KINDS[file_format])


def attachment(data: bytes, name: str, kind: str) -> Response:
    """Answer with bytes as a file, whose name may be Chinese (RFC 6266)."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=kind, headers={"Content-Disposition": disposition, "Cache-Control": "no-store"})
