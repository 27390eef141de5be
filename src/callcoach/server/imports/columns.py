"""What the columns of a file mean: headings to fields, cells to values, and what is wrong with which line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from callcoach.customers.numbers import is_dialable
from callcoach.errors import InputError
from callcoach.reports.wording import Words
from callcoach.server.imports.sheets import Line, Sheet

MOST_FAULTS = 1000
"""Faults that are told; a file with more is of another kind."""
_SHORTENED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_BETWEEN = re.compile(r"[;；、|\n]+")


class CellError(Exception):
    """A cell cannot be taken; says why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is understood."""

    field: str
    names: tuple[str, ...]
    """Headings it is known by, the first one is what our own files write; capitals do not matter."""
    read: Callable[[str], Any]
    """Raises CellError."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line."""

    line: int
    column: str
    cell: str
    words: Words


Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Record]):
    """A file as it was understood."""

    records: tuple[Record, ...]
    faults: tuple[Fault, ...]
    used: tuple[str, ...]
    """Headings that were understood."""
    unused: tuple[str, ...]
    """Headings that were not; their columns are left out."""
    sample: tuple[Line, ...]
    headings: tuple[str, ...]


SAMPLE = 8


def understand(sheet: Sheet, columns: Sequence[Column], make: Callable[[Mapping[str, Any]], Record]) -> Reading[Record]:
    """Return the records of a sheet and the faults of those lines that give none.

    Raises:
        InputError: a column that must be there is not.
    """
    places = _places(sheet.headings, columns)
    records: list[Record] = []
    faults: list[Fault] = []
    for line in sheet.lines:
        values, wrong = _values(line, places)
        faults += wrong
        if wrong:
            continue
        try:
            records.append(make(values))
        except CellError as error:
            faults.append(Fault(line.number, "", "", error.words))
    used = tuple(sheet.headings[place] for place in places.values())
    return Reading(
        records=tuple(records),
        faults=tuple(faults[:MOST_FAULTS]),
        used=used,
        unused=tuple(heading for heading in sheet.headings if heading and heading not in used),
        sample=sheet.lines[:SAMPLE],
        headings=sheet.headings,
    )


def _places(headings: Sequence[str], columns: Sequence[Column]) -> dict[Column, int]:
    plain = [heading.strip().lower() for heading in headings]
    places = {
        column: plain.index(name) for column in columns for name in reversed(column.names) if name.lower() in plain
    }
    missing = [column.names[0] for column in columns if column.required and column not in places]
    if missing:
        known = "、".join(column.names[0] for column in columns)
        raise InputError(
            f"The first row names no column {'、'.join(missing)}. Found: {'、'.join(filter(None, headings))[:300]}. "
            f"Known are: {known}.",
            f"第一行缺少列：{'、'.join(missing)}。找到的是：{'、'.join(filter(None, headings))[:300]}。"
            f"认识的列：{known}。",
        )
    return places


def _values(line: Line, places: Mapping[Column, int]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, place in places.items():
        cell = line.cells[place] if place < len(line.cells) else ""
        try:
            values[column.field] = _value(column, cell)
        except CellError as error:
            faults.append(Fault(line.number, column.names[0], cell[:60], error.words))
    return values, faults


def _value(column: Column, cell: str) -> Any:
    if column.required and not cell:
        raise CellError("不能为空", "is empty")
    return column.read(cell)


# -- cells -------------------------------------------------------------------------------------


def text_of(most: int) -> Callable[[str], str]:
    """Return a reader of texts that are no longer than `most` characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise CellError(f"超过 {most} 个字符", f"has more than {most} characters")
        return cell

    return read


def number_of(cell: str) -> str:
    """Read a telephone number; an empty cell is none."""
    if not cell:
        return ""
    if _SHORTENED.search(cell):
        raise CellError(
            "号码被电子表格缩写了，请把该列设为文本再保存", "was shortened by the spreadsheet: format it as text"
        )
    if not is_dialable(cell) or len(cell) > 64:
        raise CellError("不是电话号码", "is not a telephone number")
    return cell


def numbers_of(cell: str) -> tuple[str, ...]:
    """Read several telephone numbers with semicolons between."""
    return tuple(filter(None, (number_of(part.strip()) for part in _BETWEEN.split(cell))))


def words_of(cell: str) -> tuple[str, ...]:
    """Read several words with semicolons between, such as tags."""
    return tuple(part.strip()[:80] for part in _BETWEEN.split(cell) if part.strip())


def amount_of(cell: str) -> float | None:
    """Read an amount of yuan; an empty cell is none."""
    plain = cell.replace(",", "").replace("，", "").strip("¥￥元 ")
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError as error:
        raise CellError("不是金额", "is not an amount") from error
    if not abs(value) < 1e15:
        raise CellError("金额过大", "is too large an amount")
    return value


def day_of(cell: str) -> date | None:
    """Read a day such as 2026-10-01 or 2026/10/1; an empty cell is none."""
    parts = re.split(r"[-/.年月日]", cell.strip().partition(" ")[0].rstrip("日"))
    if not cell.strip():
        return None
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError as error:
        raise CellError("不是日期，应如 2026-10-01", "is not a date such as 2026-10-01") from error


def one_of(words: Mapping[str, Any]) -> Callable[[str], Any]:
    """Return a reader of one of several words, by any of which it is known; an empty cell is none of them."""

    def read(cell: str) -> Any:
        if not cell:
            return None
        found = words.get(cell.strip().lower())
        if found is None:
            known = "、".join(list(words)[:12])
            raise CellError(f"应为 {known} 之一", f"is none of {known}")
        return found

    return read
