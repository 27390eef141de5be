"""Tables as files that spreadsheets open as they are meant."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Table, as_csv, as_xlsx

NIGHT = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)


def table(*rows) -> Table:
    return Table("通话", ("坐席", "时间", "评分"), rows, ZoneInfo("Asia/Shanghai"))


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
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in strings
    assert "<v>87.5</v>" in sheet
    assert 't="s"' not in sheet.split('r="B2"')[1].split(">")[0], "a time is a number"


@pytest.mark.parametrize("name", ["https://crm.example.com/a?b", "1/2", "History", "'x'", "", "名" * 60])
def test_a_workbook_may_have_any_name(name):
    assert as_xlsx(Table(name, ("坐席",), [("张伟",)], ZoneInfo("Asia/Shanghai"))).startswith(b"PK")


def test_a_file_has_a_chinese_name_and_is_not_kept():
    answer = download(table(), FileFormat.CSV)
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E9%80%9A%E8%AF%9D.csv"
    assert answer.headers["cache-control"] == "no-store"
