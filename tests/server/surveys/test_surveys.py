"""Surveys: written in versions, put in force, taken away and brought in."""

from __future__ import annotations

import io
from collections.abc import Callable

from starlette.testclient import TestClient

from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from tests.server.surveys.conftest import QUESTIONS

FORM = {
    "text_0": "满意吗",
    "kind_0": "rating_5",
    "low_0": "2",
    "text_1": "建议",
    "kind_1": "text",
    "optional_1": "true",
}


def test_a_survey_is_a_draft_until_it_is_put_in_force(
    client: TestClient, services: Services, liu: dict[str, str]
) -> None:
    page = {**liu, "accept": "text/html"}
    made = client.post("/surveys", headers=page, data={"name": "售后", **FORM}, follow_redirects=False)
    address = made.headers["location"]
    path = f"/api/v1{address}"
    assert client.get(path, headers=liu).json()["in_force"] is None
    client.post(f"{address}/publish", headers=page, data={"in_force": "true"})
    assert client.get(path, headers=liu).json()["in_force"] == 1
    client.post(address, headers=page, data={"name": "售后", **FORM, "place_1": "0"})
    changed = client.get(path, headers=liu).json()
    assert ([one["text"] for one in changed["questions"]], changed["version"]) == (["建议", "满意吗"], 2)
    assert changed["in_force"] == 1
    shown = client.get(address, headers=page).text
    assert "第 1 版启用中" in shown
    assert "启用第 2 版" in shown
    client.post(f"{address}/publish", headers=page)
    assert client.get(path, headers=liu).json()["in_force"] is None
    with services.database.reading() as session:
        deeds = {one.action for one in list_deeds(session, AuditFilter(object_kind="survey")).deeds}
    assert deeds == {"survey.add", "survey.change", "survey.publish", "survey.withdraw"}


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: TestClient, liu: dict[str, str], survey: Callable[..., int]
) -> None:
    survey()
    page = {**liu, "accept": "text/html"}
    again = client.post("/surveys", headers=page, data={"name": "售后满意度", **FORM})
    assert again.status_code == 422
    assert "已有名为" in again.text
    assert 'value="满意吗"' in again.text
    assert "不满意界限是 7" in client.post("/surveys", headers=page, data={"name": "x", **FORM, "low_0": "7"}).text
    body = {"name": "售后满意度", "questions": QUESTIONS}
    assert client.post("/api/v1/surveys", headers=liu, json=body).status_code == 409


def test_surveys_go_out_and_come_in_as_a_file(
    client: TestClient, liu: dict[str, str], survey: Callable[..., int]
) -> None:
    survey()
    page = {**liu, "accept": "text/html"}
    sent = client.get("/surveys/export?format=csv", headers=page).content
    assert "售后满意度,,会推荐我们吗,推荐意愿 0–10,是," in sent.decode("utf-8-sig")
    more = sent + "新装,您好,满意吗,满意度 1–5,,3\n新装,,坏,打分,,\n".encode()
    shown = client.post("/surveys/import", headers=page, files={"file": ("a.csv", io.BytesIO(more))}).text
    assert "之一" in shown
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    client.post("/surveys/import", headers=page, data={"token": token})
    surveys = {one["name"]: one for one in client.get("/api/v1/surveys", headers=liu).json()}
    assert surveys["售后满意度"]["version"] == 1, "the same questions make no new version"
    assert (surveys["新装"]["opening"], surveys["新装"]["questions"][0]["low"]) == ("您好", 3)
    assert surveys["新装"]["in_force"] is None
    assert client.get("/surveys/export", headers=page).content[:2] == b"PK"
