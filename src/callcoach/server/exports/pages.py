"""Any table of a page as a file: the rows that somebody sees are sent back and come as CSV or XLSX.

Nothing is read here that the person does not have before their eyes; long lists have exports of their own.
"""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.audit import note

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
MOST_CELLS = 200_000
MOST_CHARACTERS = 4_000_000
_ROWS = TypeAdapter(list[list[str]])


@router.post("/export")
def post_export(
    *,
    request: Request,
    principal: Reader,
    services: WithServices,
    rows: Annotated[str, Form(max_length=MOST_CHARACTERS)],
    name: Annotated[str, Form(max_length=120)] = "",
    file_format: Annotated[FileFormat, Form(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give a table as a file; its first row is the headings."""
    try:
        found = _ROWS.validate_json(rows)
    except ValidationError as error:
        raise InputError("The table was not understood. Load the page again.") from error
    if not found or sum(map(len, found)) > MOST_CELLS:
        raise InputError(f"The table has {len(found)} rows; expected some, and at most {MOST_CELLS:,} cells.")
    with services.database.writing() as session:
        detail = {"what": name, "format": file_format.value, "rows": len(found) - 1}
        note(session, "page.export", detail=detail, **by(request, principal))
    zone = ZoneInfo(services.settings.server.time_zone)
    table = Table(name or "CallCoach", tuple(found[0]), [list(map(_cell, row)) for row in found[1:]], zone)
    return download(table, file_format)


def _cell(text: str) -> Cell:
    """Return a figure as a number; what begins with a nought or a sign is a name, such as a telephone number."""
    plain = text.strip()
    is_figure = plain.isascii() and plain.replace(".", "", 1).isdecimal() and len(plain) < 11
    is_name = len(plain) > 1 and plain[0] == "0" and plain[1] != "."
    if not is_figure or is_name:
        return plain
    return float(plain) if "." in plain else int(plain)
