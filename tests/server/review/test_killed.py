"""A server killed with SIGKILL as soon as it has answered keeps every edit it answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcoach.analysis import save
from callcoach.store.engine import database_url, open_database
from callcoach.store.reviews.codec import act_to_json
from callcoach.store.reviews.sheets import SheetRef, read_sheet
from callcoach.store.schema import upgrade
from tests import web
from tests.server.process import Server
from tests.store.reviews.floor import analysis_of, make_floor, put_scored

EDITS = 5


@pytest.mark.slow
def test_an_edit_that_was_answered_survives_the_kill(empty_url: str, tmp_path: Path) -> None:
    database = open_database(database_url(empty_url, tmp_path))
    upgrade(database)
    floor = make_floor(database)
    with database.writing() as session:
        call = put_scored(session, "c2", "806")
    folder = tmp_path / "calls" / "c2"
    folder.mkdir(parents=True)
    save(analysis_of(call), folder)
    answered: list[int] = []
    server = Server(tmp_path, empty_url, work__calls_at_once="0")
    with server:
        headers = {"Authorization": f"Bearer {server.call('people', 'token', 'one')}"}
        for version in range(EDITS):
            body = {"expected_version": version, "at_s": float(version), "text": f"第 {version} 条"}
            answer = web.post(server.url("/api/v1/calls/c2/review/notes"), headers=headers, json=body)
            answered.append(answer.json()["version"])
        server.kill()
    assert answered == [1, 2, 3, 4, 5]
    with database.reading() as session:
        events = read_sheet(session, SheetRef(floor.pk("c2"))).events
    database.close()
    assert [act_to_json(event.act)["text"] for event in events] == [f"第 {version} 条" for version in range(EDITS)]
