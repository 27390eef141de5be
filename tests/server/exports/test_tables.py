"""Tables as files that spreadsheets open as they are meant."""

from __future__ import annotations

import csv
import io
import tempfile
import tracemalloc
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from callcoach.server.exports import tables
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Table, csv_lines, write_xlsx

NIGHT = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)


def table(*rows) -> Table:
    return Table("通话", ("坐席", "时间", "评分"), rows, ZoneInfo("Asia/Shanghai"))


def as_csv(table: Table) -> bytes:
    return b"".join(csv_lines(table))


def as_xlsx(table: Table) -> bytes:
    file = io.BytesIO()
    write_xlsx(table, file)
    return file.getvalue()


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv_holds_texts_times_of_the_zone_and_numbers():
    data = as_csv(table(("张伟, 一组", NIGHT, 87.5), ('说"好"', None, 90)))
    assert read(data) == [["坐席", "时间", "评分"], ["张伟, 一组", "2026-02-01 00:30:00", "87.5"], ['说"好"', "", "90"]]


@pytest.mark.parametrize("text", ["=1+1", "+86138", "-2", "@SUM(A1)", "\t=1"])
def test_csv_runs_no_formula(text):
    assert read(as_csv(table((text, None, -2.5))))[1] == [f"'{text}", "", "-2.5"]


def test_xlsx_keeps_kinds_and_runs_no_formula():
    with zipfile.ZipFile(io.BytesIO(as_xlsx(table(("=1+1", NIGHT, 87.5))))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<t>=1+1</t>" in sheet
    assert "<v>87.5</v>" in sheet
    assert 't="s"' not in sheet.split('r="B2"')[1].split(">")[0], "a time is a number"


@pytest.mark.parametrize("name", ["https://crm.example.com/a?b", "1/2", "History", "'x'", "", "名" * 60])
def test_a_workbook_may_have_any_name(name):
    assert as_xlsx(Table(name, ("坐席",), [("张伟",)], ZoneInfo("Asia/Shanghai"))).startswith(b"PK")


def test_csv_is_sent_as_its_rows_are_read(monkeypatch):
    monkeypatch.setattr(tables, "CSV_BLOCK", 100)
    read_so_far = []

    def rows():
        for number in range(1000):
            read_so_far.append(number)
            yield (f"坐席{number}", NIGHT, number)

    lines = csv_lines(Table("x", ("a", "b", "c"), rows(), ZoneInfo("Asia/Shanghai")))
    first = next(lines)
    assert 0 < len(read_so_far) < 20
    assert len(read(first + b"".join(lines))) == 1001


def test_what_one_sheet_does_not_hold_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(tables, "SHEET_ROWS", 4)
    with zipfile.ZipFile(
        io.BytesIO(as_xlsx(table(*[(f"坐席{number}", NIGHT, number) for number in range(7)])))
    ) as book:
        sheets = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2, 3)]
    assert [sheet.count("<row ") for sheet in sheets] == [4, 4, 2]
    assert all("<t>评分</t>" in sheet for sheet in sheets)
    assert "<t>坐席6</t>" in sheets[2]


def test_a_long_workbook_takes_no_more_memory():
    def peak_of(count: int) -> int:
        rows = ((f"call-{number}", NIGHT, "客户说了很长的一句话" * 5) for number in range(count))
        tracemalloc.start()
        with tempfile.TemporaryFile() as file:
            write_xlsx(Table("x", ("a", "b", "c"), rows, ZoneInfo("Asia/Shanghai")), file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_of(10)
    assert peak_of(8000) < 1.5 * peak_of(1000)


@pytest.mark.parametrize("text", ["\x00\x01", "\ud800", "长" * 40_000])
def test_odd_texts_make_a_workbook_that_is_xml(text):
    with zipfile.ZipFile(io.BytesIO(as_xlsx(table((text, NIGHT, 1))))) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.tag.endswith("worksheet")


def test_a_file_has_a_chinese_name_and_is_not_kept():
    answer = download(table(), FileFormat.CSV)
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E9%80%9A%E8%AF%9D.csv"
    assert answer.headers["cache-control"] == "no-store"
