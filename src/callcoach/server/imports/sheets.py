"""Reads a CSV or XLSX file as text cells, within limits. Knows nothing of what the columns mean.

CSV in UTF-8, UTF-16 with a byte order mark, or GB18030 (what Excel writes on Chinese systems), with commas, semicolons
or tabs. Of a workbook the first sheet is read, row by row, formulas as the values last computed.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from callcoach.errors import InputError, TooLargeError

MOST_COLUMNS = 60
MOST_CHARACTERS = 4000
"""Of a cell; what is longer is no name, number or note."""
MOST_UNPACKED_MB = 400
"""Of a workbook: a small file that unpacks to more was made to fill the memory."""
ZIP_START = b"PK\x03\x04"
OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file that holds something; `number` counts from 1 as spreadsheets do."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's headings, and its rows."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]


def read_sheet(data: bytes, most_rows: int) -> Sheet:
    """Return what a file holds.

    Raises:
        InputError: it is neither of both, damaged, or empty.
        TooLargeError: it has more rows or columns, or unpacks to more than is taken.
    """
    if data.startswith(OLD_EXCEL_START):
        raise InputError(
            "This is a workbook of Excel 97-2003 (.xls) or one with a password. Save it as .xlsx or CSV.",
            "这是 Excel 97-2003 的 .xls 工作簿，或带密码。请另存为 .xlsx 或 CSV。",
        )
    rows = _workbook(data) if data.startswith(ZIP_START) else _csv(data)
    lines: list[Line] = []
    headings: tuple[str, ...] = ()
    for number, row in enumerate(rows, start=1):
        cells = tuple(_cleaned(cell) for cell in row)
        if not any(cells):
            continue
        if not headings:
            headings = cells
            continue
        lines.append(Line(number, cells))
        if len(lines) > most_rows:
            raise TooLargeError(
                f"The file has more than {most_rows:,} rows. Split it, or raise customers.import_max_rows.",
                f"文件超过 {most_rows:,} 行。请拆分，或调高 customers.import_max_rows。",
            )
    if not lines:
        raise InputError("The file has no rows under its headings.", "表头下面没有数据行。")
    return Sheet(headings, tuple(lines))


def _csv(data: bytes) -> Iterator[Iterable[object]]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from (row[: MOST_COLUMNS + 1] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            f"The file is not CSV: {error}. Save it anew as CSV or XLSX.",
            f"文件不是 CSV：{error}。请重新存为 CSV 或 XLSX。",
        ) from error


def _decoded(data: bytes) -> str:
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise InputError(
        "The file is neither CSV (UTF-8 or GB18030) nor XLSX. Save it as one of these.",
        "文件既不是 CSV（UTF-8 或 GB18030），也不是 XLSX。请另存为其中一种。",
    )


def _workbook(data: bytes) -> Iterator[Iterable[object]]:
    damaged = "The workbook cannot be read: {}. Save it anew as XLSX, without a password."
    damaged_zh = "工作簿读不了：{}。请重新存为不带密码的 XLSX。"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked_mb = sum(part.file_size for part in archive.infolist()) / 1e6
        if unpacked_mb > MOST_UNPACKED_MB:
            raise TooLargeError(
                f"The workbook unpacks to {unpacked_mb:.0f} MB, expected at most {MOST_UNPACKED_MB}.",
                f"工作簿解压后有 {unpacked_mb:.0f} MB，最多 {MOST_UNPACKED_MB} MB。",
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and links that do not matter here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0] if book.worksheets else None
            if sheet is None:
                raise InputError(damaged.format("it has no sheet"), damaged_zh.format("没有工作表"))
            sheet.reset_dimensions()  # pyright: ignore[reportAttributeAccessIssue] - a sheet that is read has it
            yield from (islice(row, MOST_COLUMNS + 1) for row in sheet.iter_rows(values_only=True))
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        raise InputError(
            damaged.format(str(error)[:200] or type(error).__name__),
            damaged_zh.format(str(error)[:200] or type(error).__name__),
        ) from error


def _cleaned(cell: object) -> str:
    """Return a cell as text: whole numbers without a fraction, dates as ISO writes them."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).strip()
    # Our own files quote what a spreadsheet would run.
    text = text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
    if len(text) > MOST_CHARACTERS:
        raise TooLargeError(
            f"A cell holds {len(text):,} characters, expected at most {MOST_CHARACTERS:,}.",
            f"有一个单元格有 {len(text):,} 个字，最多 {MOST_CHARACTERS:,} 个。",
        )
    return text
