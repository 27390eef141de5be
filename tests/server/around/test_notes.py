"""Notes are kept by the softphone's id of a call, and stand with the call once its recording has come."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.server.around.conftest import HandIn
from tests.server.test_calls import wav

NOTES = "/api/v1/desk/notes"


def write(client: TestClient, who: dict[str, str], text: str, version: int, call_id: str = "20260131-x7") -> Any:
    body = {"call_id": call_id, "number": "13800000020", "text": text, "version": version}
    return client.put(NOTES, headers=who, json=body)


def read(client: TestClient, who: dict[str, str], call_id: str = "20260131-x7") -> Any:
    return client.get(NOTES, headers=who, params={"call_id": call_id})


def test_a_save_counts_and_an_older_page_writes_over_nothing(client: TestClient, li: dict[str, str]) -> None:
    assert read(client, li).json() == {"text": "", "version": 0, "changed_at": None}
    assert write(client, li, "客户要发票", 0).json()["version"] == 1
    assert write(client, li, "客户要发票，抬头公司", 1).json()["version"] == 2
    late = write(client, li, "另一页", 1)
    assert late.status_code == 409
    assert "version 2" in late.json()["detail"]
    assert read(client, li).json()["text"] == "客户要发票，抬头公司"
    # The answer to a save was lost: the same text again is no conflict and no new version.
    assert write(client, li, "客户要发票，抬头公司", 1).json()["version"] == 2


def test_notes_stand_with_the_call_that_is_handed_in(client: TestClient, li: dict[str, str], hand_in: HandIn) -> None:
    write(client, li, "客户要发票", 0)
    call_id = hand_in(li, "20260131-x7")
    assert call_id == "20260131-x7"
    (record,) = client.get(f"/api/v1/calls/{call_id}/around", headers=li).json()["records"]
    assert (record["notes"], record["person"]) == ("客户要发票", "li")
    assert "客户要发票" in client.get(f"/calls/{call_id}/around", headers=li).text
    # They can be completed afterwards, under the same id.
    assert write(client, li, "客户要发票，已寄", 1).status_code == 200


def test_notes_find_their_call_under_another_id(
    client: TestClient, li: dict[str, str], wang: dict[str, str], hand_in: HandIn
) -> None:
    write(client, li, "名字不能作文件夹", 0, "call id with spaces/1")
    other = hand_in(li, "call id with spaces/1", seed=1)
    assert other != "call id with spaces/1"
    write(client, li, "录音先从别处来", 0, "x9")
    files = {"sound": ("y.wav", wav(2))}
    first = client.post("/api/v1/calls", headers=li, data={"metadata": '{"id": "y1"}'}, files=files).json()["id"]
    assert hand_in(li, "x9", seed=2) == first == "y1"
    texts = [
        client.get(f"/api/v1/calls/{one}/around", headers=wang).json()["records"][0]["notes"] for one in (other, first)
    ]
    assert texts == ["名字不能作文件夹", "录音先从别处来"]


def test_notes_are_ones_own_and_the_supervisor_reads_them_with_the_call(
    client: TestClient, li: dict[str, str], zhao: dict[str, str], wang: dict[str, str], hand_in: HandIn
) -> None:
    write(client, li, "李的", 0)
    # Who guesses the id of another's call gets a page of their own, which never meets the other's.
    assert read(client, zhao).json()["text"] == ""
    assert write(client, zhao, "赵的", 0).status_code == 200
    call_id = hand_in(li, "20260131-x7")
    records = client.get(f"/api/v1/calls/{call_id}/around", headers=wang).json()["records"]
    assert [one["notes"] for one in records] == ["李的"]
    assert read(client, zhao, "20260131-x7").json()["text"] == "赵的"
    assert client.get(f"/api/v1/calls/{call_id}/around", headers=zhao).status_code == 404
    hand_in(li, "20260131-x8", seed=5)
    assert read(client, zhao, "20260131-x8").status_code == 404
    assert write(client, zhao, "不是我的", 0, "20260131-x8").status_code == 404


def test_what_cannot_be_notes_is_refused(client: TestClient, li: dict[str, str]) -> None:
    assert write(client, li, "x" * 20_001, 0).status_code == 422
    assert write(client, li, "x", 0, "").status_code == 422
    assert write(client, li, "x", 0, "c" * 121).status_code == 422
    assert client.put(NOTES, headers=li, json={"call_id": "a", "text": "a", "version": 0, "who": 1}).status_code == 422


def test_the_notepad_is_a_part_for_htmx_and_a_page_for_others(client: TestClient, li: dict[str, str]) -> None:
    write(client, li, "<b>粗体</b>", 0)
    address = "/desk/notes?call_id=20260131-x7&number=138"
    part = client.get(address, headers={**li, "HX-Request": "true"}).text
    assert "&lt;b&gt;粗体&lt;/b&gt;</textarea>" in part
    assert 'data-version="1"' in part
    assert "<html" not in part
    assert "<html" in client.get(address, headers=li).text
