"""A table as a CSV or XLSX file. Takes typed cells, gives bytes; knows no web and no database.

CSV begins with a byte order mark, because Excel takes a file without one for the local code page and garbles Chinese.
A text that a spreadsheet would run as a formula is quoted with an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import xlsxwriter

Cell = str | int | float | datetime | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMAT = "yyyy-mm-dd hh:mm:ss"
WIDEST = 60
"""Characters of a column at the most."""
LOOKED_AT = 200
"""Rows whose texts decide how wide a column is."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. Times are shown in `zone`, without an offset."""

    name: str
    headings: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    zone: ZoneInfo


def as_csv(table: Table) -> bytes:
    """Return the table as CSV in UTF-8 with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.headings)
    for row in table.rows:
        writer.writerow([_plain(cell, table.zone) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """Return the table as a workbook with one sheet, its headings fixed; numbers and times stay such."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        heading, moment = book.add_format({"bold": True}), book.add_format({"num_format": DATE_FORMAT})
        sheet.write_row(0, 0, table.headings, heading)
        sheet.freeze_panes(1, 0)
        widths = [_width(text) for text in table.headings]
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell.astimezone(table.zone).replace(tzinfo=None), moment)
                elif cell is not None:
                    sheet.write(number, column, cell)
                if number <= LOOKED_AT:
                    widths[column] = max(widths[column], _width(cell))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, WIDEST))
    return file.getvalue()


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
