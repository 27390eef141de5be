"""A table as a CSV or XLSX file, of any length. Takes typed cells, gives bytes; knows no web and no database.

CSV begins with a byte order mark, because Excel takes a file without one for the local code page and garbles Chinese.
A text that a spreadsheet would run as a formula is quoted with an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

Cell = str | int | float | datetime | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMAT = "yyyy-mm-dd hh:mm:ss"
WIDEST = 60
"""Characters of a column at the most."""
LOOKED_AT = 200
"""Rows whose texts decide how wide a column is."""
CSV_BLOCK = 64_000
"""Characters that are sent at once."""
SHEET_ROWS = 1_048_576
"""Rows of a sheet, headings included (Excel specifications and limits)."""
CELL_CHARACTERS = 32_767
"""Characters of a cell (Excel specifications and limits)."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. Times are shown in `zone`, without an offset."""

    name: str
    headings: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    zone: ZoneInfo


def csv_lines(table: Table) -> Iterator[bytes]:
    """Yield the table as CSV in UTF-8 with a byte order mark, some lines at a time, as its rows come."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(table.headings)
    for row in table.rows:
        writer.writerow([_plain(cell, table.zone) for cell in row])
        if text.tell() >= CSV_BLOCK:
            yield text.getvalue().encode(errors="replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode(errors="replace")


def write_xlsx(table: Table, file: BinaryIO) -> None:
    """Write the table as a workbook whose sheets have their headings fixed; numbers and times stay such.

    A sheet holds 1,048,576 rows at the most: what is more goes on in the next one. Rows pass through a temporary
    file, so that memory does not grow with them.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        formats = {"heading": book.add_format({"bold": True}), "moment": book.add_format({"num_format": DATE_FORMAT})}
        rows = iter(table.rows)
        while _write_sheet(book, formats, table, itertools.islice(rows, SHEET_ROWS - 1)) == SHEET_ROWS - 1:
            pass


def _write_sheet(book: Any, formats: dict[str, Any], table: Table, rows: Iterable[Sequence[Cell]]) -> int:
    """Write one sheet and return how many rows it got."""
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, table.headings, formats["heading"])
    sheet.freeze_panes(1, 0)
    widths = [_width(text) for text in table.headings]
    number = 0
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(
                    number, column, cell.astimezone(table.zone).replace(tzinfo=None), formats["moment"]
                )
            elif isinstance(cell, str):
                sheet.write_string(number, column, cell[:CELL_CHARACTERS].encode(errors="replace").decode())
            elif cell is not None:
                sheet.write(number, column, cell)
            if number <= LOOKED_AT:
                widths[column] = max(widths[column], _width(cell))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, WIDEST))
    return number


def _plain(cell: Cell, zone: ZoneInfo) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _width(cell: Cell) -> int:
    """Return the columns a cell takes: a Chinese character takes two."""
    if isinstance(cell, datetime):
        return len(DATE_FORMAT)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in str(cell or ""))
