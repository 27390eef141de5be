"""The page of watched folders."""

from __future__ import annotations

from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.store.watched import SeenFile, note_file, note_folder, refused_files
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
