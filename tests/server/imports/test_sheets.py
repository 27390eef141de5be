"""Files as spreadsheets write them, and files that were made to do harm."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.errors import InputError, TooLargeError
from callcoach.server.exports.tables import Table
from callcoach.server.imports.sheets import MOST_CHARACTERS, MOST_UNPACKED_MB, read_sheet
from tests.server.exports.test_tables import as_csv, as_xlsx

TEXT = "号码,姓名\r\n8001,张伟\r\n\r\n8002,李娜\r\n"


def book(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells, start=1):
            made.worksheets[0].cell(row, column, cell)  # type: ignore[arg-type]
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_usual_encoding(encoding: str) -> None:
    sheet = read_sheet(TEXT.encode(encoding), 10)
    assert sheet.headings == ("号码", "姓名")
    assert [(line.number, line.cells) for line in sheet.lines] == [(2, ("8001", "张伟")), (4, ("8002", "李娜"))]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_understood(delimiter: str) -> None:
    assert read_sheet(TEXT.replace(",", delimiter).encode(), 10).headings == ("号码", "姓名")


def test_numbers_and_days_of_a_workbook_are_as_they_look() -> None:
    sheet = read_sheet(book(("号码", "日期", "金额"), (13800000020, date(2026, 10, 1), 12.5), (None, None, None)), 10)
    assert [line.cells for line in sheet.lines] == [("13800000020", "2026-10-01", "12.5")]


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_what_we_write_comes_back_the_same(write) -> None:
    rows = [("+86 138", "=1+1", "备注\n两行"), ("8001", "-", "x")]
    sheet = read_sheet(write(Table("t", ("a", "b", "c"), rows, ZoneInfo("UTC"))), 10)
    assert [line.cells for line in sheet.lines] == rows


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no rows"),
        (b"a,b\r\n", "no rows"),
        (b"\xd0\xcf\x11\xe0rest", "Excel 97-2003"),
        (b"PK\x03\x04rest", "cannot be read"),
        (b"\x00\x01\x02\x80", "neither CSV"),
        (b"\xff\xfea", "neither CSV"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_sheet(data, 10)


def test_a_workbook_with_a_part_missing_is_refused() -> None:
    whole = book(("a",), ("b",))
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
    with pytest.raises(InputError, match="cannot be read"):
        read_sheet(data.getvalue(), 10)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_unread() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        block = b" " * 1_000_000
        for _ in range(MOST_UNPACKED_MB + 1):
            part.write(block)
    assert len(data.getvalue()) < 1_000_000
    with pytest.raises(TooLargeError, match="unpacks to"):
        read_sheet(data.getvalue(), 10)


def test_entities_in_a_workbook_are_not_expanded() -> None:
    whole = book(("a",), ("b",))
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = bomb + text.partition("?>")[2].replace("<v>0</v>", "<v>&b;</v>")
            new.writestr(name, text)
    with pytest.raises(InputError, match="cannot be read"):
        read_sheet(data.getvalue(), 10)


def test_too_much_is_refused() -> None:
    with pytest.raises(TooLargeError, match="more than 1 rows"):
        read_sheet(TEXT.encode(), 1)
    with pytest.raises(TooLargeError, match="characters"):
        read_sheet(f"a\n{'x' * (MOST_CHARACTERS + 1)}\n".encode(), 10)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_fault_of_ours(data: bytes) -> None:
    with contextlib.suppress(InputError):
        read_sheet(data, 100)
