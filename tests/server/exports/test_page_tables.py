"""Any table of a page as a file, read off what the server itself shows."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from callcoach.errors import NotFoundError
from callcoach.principal import Role
from callcoach.server.exports.answer import FileFormat
from callcoach.server.exports.page_tables import Wanted, answer_with_table
from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from tests.server.visitors import add, enter

PAGE = """<html><body><h1>趋势</h1><h2>按坐席 <a href="x">XLSX</a></h2>
<div class="table" data-export><table><thead><tr><th>坐席</th><th>评分</th><th>时间</th><th>电话</th>
<th></th></tr></thead>
<tbody><tr><th><a href="/calls">张伟 &amp; 李</a></th><td><data value="87.123456">87.1</data></td>
<td><time datetime="2026-01-31T16:30:00+00:00">2026-02-01 00:30</time></td><td>01380001</td>
<td class="act"><form><button>删除</button></form></td></tr>
<tr><td colspan="5">展开的一行</td></tr>
<tr><th>李娜<span class="unseen"> 隐藏</span></th><td>–</td><td><span aria-hidden="true">●</span> 进行中 3</td>
<td>12</td>
<td class="act"></td></tr></tbody></table></div>
<h2>另一张</h2><section data-export><table><tr><th>甲</th></tr><tr><td>=1+1</td></tr></table></section></body></html>"""
ZONE = ZoneInfo("Asia/Shanghai")


def rows(number: int, page: str = PAGE) -> list[list[str]]:
    answer = answer_with_table(page, Wanted(number, FileFormat.CSV), ZONE)
    return list(csv.reader(io.StringIO(bytes(answer.body).decode("utf-8-sig"))))


def test_a_table_is_read_with_whole_figures_and_moments():
    assert rows(1) == [
        ["坐席", "评分", "时间", "电话"],
        ["张伟 & 李", "87.1235", "2026-02-01 00:30:00", "01380001"],
        ["李娜", "–", "进行中 3", "12"],
    ]


def test_the_second_table_is_another_and_runs_no_formula():
    assert rows(2) == [["甲"], ["'=1+1"]]


@pytest.mark.parametrize("number", [0, 3, 999])
def test_a_table_that_is_not_there_is_said(number):
    with pytest.raises(NotFoundError, match="no such table"):
        rows(number)


def test_the_filters_of_the_page_are_those_of_the_file_and_it_is_noted(client: TestClient, services: Services):
    boss = add(services, "boss", Role.ADMINISTRATOR)
    for login in ("zhang", "li"):
        add(services, login)
    enter(client, services, boss)
    every = client.get("/people", params={"table": "1", "format": "csv"})
    assert every.headers["content-disposition"].endswith(".csv")
    names = [row[0] for row in csv.reader(io.StringIO(every.content.decode("utf-8-sig")))]
    assert {"boss", "zhang", "li"} <= set(names)
    some = client.get("/people", params={"text": "zhang", "find": "zhang", "table": "1", "format": "csv"})
    assert some.status_code == 200
    book = client.get("/people", params={"table": "1", "format": "xlsx"})
    assert book.content.startswith(b"PK")
    with services.database.reading() as session:
        deeds = list_deeds(session, AuditFilter(action="page.export"), None).deeds
    assert [deed.detail["what"] for deed in deeds] == ["/people"] * 3
    assert client.get("/people", params={"table": "7", "format": "csv"}).status_code == 404
    assert client.get("/people", params={"table": "1", "format": "exe"}).headers["content-type"].startswith("text/html")


def test_who_may_not_see_the_page_gets_no_table_of_it(client: TestClient, services: Services):
    enter(client, services, add(services, "zhang"))
    assert client.get("/people", params={"table": "1", "format": "csv"}).status_code == 403
