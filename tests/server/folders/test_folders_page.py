"""Watched folders, on their page and over the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from callcoach.store.watched import SeenFile, note_file, note_folder, refused_files
from tests.server.conftest import token_for
from tests.server.visitors import add, enter, send


def test_refused_files_are_shown_and_tried_again(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    assert "没有监视文件夹" in client.get("/folders").text
    with services.database.writing() as session:
        note_folder(session, "/pbx", "main", "", 3)
        note_folder(session, "/gone", "main", "The folder is not there.", 0)
        note_file(session, SeenFile("/pbx/a.wav", "/pbx", 1, 1, "Broken <header>"))
        note_file(session, SeenFile("/pbx/b.wav", "/pbx", 1, 1, "Empty"))
        note_file(session, SeenFile("/pbx/c.wav", "/pbx", 1, 1, call_id="c-1"))
    page = client.get("/folders").text
    for said in ("The folder is not there.", "Broken &lt;header&gt;", 'href="/calls/c-1"', "监视中"):
        assert said in page
    answer = send(client, "/folders/retry", {"path": "/pbx/a.wav"})
    assert answer.headers["location"] == "/folders?asked=1"
    with services.database.reading() as session:
        assert {one.path: one.again for one in refused_files(session)} == {"/pbx/a.wav": True, "/pbx/b.wav": False}
    assert "等待重试" in client.get("/folders?asked=1").text
    assert send(client, "/folders/retry", {"path": "/pbx/c.wav"}).status_code == 404
    assert send(client, "/folders/retry", {}).headers["location"] == "/folders?asked=2"


def test_the_api_tells_of_folders_and_has_files_tried_again(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    with services.database.writing() as session:
        note_folder(session, "/pbx", "main", "", 3)
        note_file(session, SeenFile("/pbx/a.wav", "/pbx", 1, 1, "Empty"))
        note_file(session, SeenFile("/pbx/c.wav", "/pbx", 1, 1, call_id="c-1"))
    (folder,) = client.get("/api/v1/folders", headers=boss).json()
    assert (folder["path"], folder["late"], folder["waiting"]) == ("/pbx", False, 3)
    assert (folder["taken"], folder["refused"]) == (1, 1)
    late = replace(services, now=lambda: datetime.now(UTC) + timedelta(hours=1))
    client.app.state.services = late  # type: ignore[attr-defined]
    assert client.get("/api/v1/folders", headers=boss).json()[0]["late"]
    (file,) = client.get("/api/v1/folders/files", headers=boss).json()
    assert (file["path"], file["problem"], file["again"]) == ("/pbx/a.wav", "Empty", False)
    (taken,) = client.get("/api/v1/folders/files", params={"refused": False}, headers=boss).json()
    assert taken["call_id"] == "c-1"
    refused = client.post("/api/v1/folders/retry", headers=boss, json={"path": "/pbx/c.wav"})
    assert (refused.status_code, refused.json()["detail_zh"]) == (404, "没有被拒收的文件 /pbx/c.wav。请重新载入页面。")
    assert client.post("/api/v1/folders/retry", headers=boss, json={}).json() == {"files": 1}
    assert client.get("/api/v1/folders/files", headers=boss).json()[0]["again"]
    with services.database.reading() as session:
        (noted,) = list_deeds(session, AuditFilter(action="file.retry")).deeds
    assert noted.detail == {"path": "", "files": 1}
