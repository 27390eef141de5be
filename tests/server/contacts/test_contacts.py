"""The phone book: found as one types, brought in with faults by line, taken away."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.imports.sheets import read_sheet
from callcoach.server.services import Services
from callcoach.store.contacts import ContactFields, list_contacts, put_contacts, search_contacts
from callcoach.store.engine import Database
from tests.server.conftest import token_for
from tests.server.visitors import add, enter, forgery_token

ENTRIES = (
    ContactFields("8001", "张伟", "售后部"),
    ContactFields("8002", "单雪梅", "财务部", "周二、周四"),
    ContactFields("010-6500 0000", "总机"),
    ContactFields("+86 138 0000 0020", "曾主任", "车队"),
)


@pytest.fixture
def book(database: Database) -> Database:
    with database.writing() as session:
        assert put_contacts(session, ENTRIES) == (4, 0)
    return database


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("张", "张伟"),
        ("zhangwei", "张伟"),
        ("zw", "张伟"),
        ("8001", "张伟"),
        ("sxm", "单雪梅"),
        ("财务", "单雪梅"),
        ("cwb", "单雪梅"),
        ("0106500", "总机"),
        ("65000000", "总机"),
        ("+8613800000020", "曾主任"),
        ("zeng 车队", "曾主任"),
    ],
)
def test_an_entry_is_found_by_whatever_one_knows_of_it(book: Database, asked: str, name: str) -> None:
    with book.reading() as session:
        assert search_contacts(session, asked)[0].name == name


def test_what_nobody_has_is_not_found(book: Database) -> None:
    with book.reading() as session:
        assert search_contacts(session, "9999") == ()
        assert search_contacts(session, "100%") == ()
        assert len(search_contacts(session, "")) == 4


def test_the_same_number_is_the_same_entry(book: Database) -> None:
    with book.writing() as session:
        assert put_contacts(session, [ContactFields("13800000020", "曾队长"), ContactFields("8009", "新人")]) == (1, 1)
    with book.reading() as session:
        assert [one.name for one in search_contacts(session, "13800000020")] == ["曾队长"]


def test_a_page_follows_the_other_without_a_gap(book: Database) -> None:
    with book.reading() as session:
        first = list_contacts(session, limit=3)
        second = list_contacts(session, after=first.next_cursor, limit=3)
    assert [one.name for one in (*first.contacts, *second.contacts)] == ["单雪梅", "曾主任", "张伟", "总机"]
    assert second.next_cursor == ""


def test_the_api_keeps_and_finds(client: TestClient, services: Services) -> None:
    boss, agent = token_for(services, "boss", Role.SUPERVISOR), token_for(services, "li", Role.AGENT)
    made = client.post("/api/v1/contacts", json={"number": "8001", "name": "张伟"}, headers=boss)
    assert made.status_code == 201
    assert client.post("/api/v1/contacts", json={"number": "80-01", "name": "另一人"}, headers=boss).status_code == 409
    assert client.post("/api/v1/contacts", json={"number": "--", "name": "x"}, headers=boss).status_code == 422
    path = f"/api/v1/contacts/{made.json()['id']}"
    assert client.put(path, json={"number": "8001", "name": "张伟强"}, headers=boss).json()["name"] == "张伟强"
    assert [one["name"] for one in client.get("/api/v1/contacts?q=zwq", headers=agent).json()] == ["张伟强"]
    assert client.delete(path, headers=agent).status_code == 403
    assert client.delete(path, headers=boss).status_code == 204
    assert client.get("/api/v1/contacts?q=zwq", headers=agent).json() == []


def test_the_api_brings_in_what_is_right_and_names_what_is_not(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.SUPERVISOR)
    text = "分机,姓名,颜色\r\n8001,张伟,红\r\n1.38E+10,李娜,\r\n,无号,\r\n8003,,\r\n"
    files = {"file": ("a.csv", text.encode("gb18030"))}
    looked = client.post("/api/v1/contacts/import?dry_run=true", files=files, headers=boss).json()
    assert (looked["added"], looked["changed"], looked["unused_columns"]) == (1, 0, ["颜色"])
    assert [(one["line"], one["column"]) for one in looked["faults"]] == [(3, "号码"), (4, "号码"), (5, "姓名")]
    assert client.get("/api/v1/contacts", headers=boss).json() == []
    files = {"file": ("a.csv", text.encode("gb18030"))}
    assert client.post("/api/v1/contacts/import", files=files, headers=boss).json()["added"] == 1
    assert len(client.get("/api/v1/contacts", headers=boss).json()) == 1
    refused = client.post("/api/v1/contacts/import", files={"file": ("a.csv", b"a,b\r\n1,2\r\n")}, headers=boss)
    assert refused.status_code == 422
    assert "号码" in refused.json()["detail"]


def test_a_file_is_looked_at_then_kept_once(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "wang", Role.SUPERVISOR))
    own = forgery_token(client.get("/contacts/import").text)
    shown = client.post(
        "/contacts/import",
        data={"forgery_token": own},
        files={"file": ("a.csv", "号码,姓名\n8001,张伟\n".encode())},
        follow_redirects=False,
    )
    assert "新增 1 条" in shown.text
    token = re.search(r'name="token" value="([^"]+)"', shown.text)[1]  # type: ignore[index]
    assert "电话簿还是空的" in client.get("/contacts").text
    kept = client.post("/contacts/import", data={"forgery_token": own, "token": token}, follow_redirects=False)
    assert kept.headers["location"] == "/contacts?added=1&changed=0"
    assert "张伟" in client.get("/contacts").text
    again = client.post("/contacts/import", data={"forgery_token": own, "token": token})
    assert again.status_code == 422
    for foreign in ("../callcoach.sqlite", "1-" + "x" * 30, f"999-{token.partition('-')[2]}"):
        wrong = client.post("/contacts/import", data={"forgery_token": own, "token": foreign})
        assert wrong.status_code == 422


def test_the_book_is_taken_away_as_it_is_brought_in(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "wang", Role.SUPERVISOR))
    with services.database.writing() as session:
        put_contacts(session, ENTRIES)
    for file_format in ("csv", "xlsx"):
        sheet = read_sheet(client.get(f"/contacts/export?format={file_format}").content, 10)
        assert sheet.headings == ("号码", "姓名", "部门", "备注")
        assert ("+86 138 0000 0020", "曾主任", "车队", "") in [(*line.cells, "")[:4] for line in sheet.lines]
    with services.database.reading() as session:
        assert len(list_contacts(session).contacts) == 4
