"""Statistics: the figures are those of what was done, of whom one may see, in the days that are asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from callcoach.datapath import Direction
from callcoach.server.services import Services
from callcoach.store.phone_calls import (
    RingingCall,
    answer_phone_call,
    begin_phone_call,
    come,
    end_phone_call,
    lose_phone_calls,
    stay,
)
from callcoach.store.presence import PresenceState, change_presence
from callcoach.store.tables import CallRow
from tests.server.around.conftest import HandIn, hand_in, li, liu, wang, zhao
from tests.server.around.test_scripts import beside, tick
from tests.server.around.test_scripts import write as write_script
from tests.server.campaigns.test_campaigns import answered, filled, made
from tests.server.conftest import token_for
from tests.server.surveys.conftest import settings, survey

__all__ = ["hand_in", "li", "liu", "settings", "survey", "wang", "zhao"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
WEEK = {"from_day": "2026-11-01", "to_day": "2026-11-07"}


def ask(client: TestClient, who: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/statistics", headers=who, params={**WEEK, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def today(client: TestClient, who: dict[str, str], **query: Any) -> dict[str, Any]:
    day = datetime.now(SHANGHAI).date()
    return ask(client, who, from_day=str(day - timedelta(days=1)), to_day=str(day + timedelta(days=1)), **query)


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found["lines"]}


def own_id(client: TestClient, who: dict[str, str]) -> int:
    return client.get("/api/v1/me", headers=who).json()["person_id"]


def call(
    services: Services,
    person_id: int,
    number: int,
    at: datetime,
    *,
    ring_s: float = 5,
    talk_s: float | None = 60,
    direction: Direction = Direction.INBOUND,
    queue: str = "售后",
) -> None:
    one = RingingCall(f"p{person_id}-{number}", direction, "138", queue)
    with services.database.writing() as session:
        begin_phone_call(session, person_id, one, at, SHANGHAI)
        if talk_s is not None:
            answer_phone_call(session, person_id, one.call_id, at + timedelta(seconds=ring_s))
        end = at + timedelta(seconds=ring_s + (talk_s or 0))
        end_phone_call(session, person_id, one.call_id, end, ended_by="customer", code=200 if talk_s else 487)


@pytest.fixture
def worked(client: TestClient, services: Services, li: dict[str, str], zhao: dict[str, str]) -> None:
    """A morning of two agents."""
    first, second = own_id(client, li), own_id(client, zhao)
    for number in range(4):
        call(services, first, number, DAY + timedelta(minutes=number), talk_s=60 if number else None)
    call(services, first, 9, DAY + timedelta(days=1), direction=Direction.OUTBOUND, queue="", talk_s=120)
    call(services, second, 1, DAY, ring_s=11, talk_s=30, queue="销售")
    with services.database.writing() as session:
        change_presence(session, first, PresenceState.READY, "", DAY - timedelta(hours=20))
        change_presence(session, first, PresenceState.NOT_READY, "小休", DAY + timedelta(minutes=50))
        change_presence(session, first, PresenceState.READY, "", DAY + timedelta(minutes=60))
        stay(session, (come(session, first, DAY),), DAY + timedelta(hours=2))


def test_calls_are_counted_by_agent_team_queue_and_day(
    client: TestClient, services: Services, li, wang, worked: None
) -> None:
    found = ask(client, wang)
    line = by_name(found)["li"]
    assert line["calls"] | {"answer_rate": 0.75} == line["calls"]
    wanted = {"inbound": 4, "answered_in": 3, "missed": 1, "ring_s": 15, "rung": 3, "outbound": 1, "answered_out": 1}
    assert {name: line["calls"][name] for name in wanted} == wanted
    assert (line["calls"]["talk_s"], line["calls"]["talked"]) == (300, 4)
    assert found["total"]["calls"]["inbound"] == 5
    queues = {one["name"]: one["calls"]["inbound"] for one in ask(client, wang, by="queue")["lines"]}
    assert queues == {"售后": 4, "销售": 1, "": 0}
    days = {one["name"]: one["calls"]["talked"] for one in ask(client, wang, by="day")["lines"]}
    assert days == {"2026-11-02": 4, "2026-11-03": 1}
    teams = by_name(ask(client, wang, by="team"))
    assert teams["一组"]["calls"]["inbound"] == 5
    assert set(by_name(ask(client, li))) == {"li"}, "agents see their own"
    assert set(by_name(ask(client, wang, agent_id=own_id(client, li)))) == {"li"}
    assert ask(client, wang, from_day="2026-11-05")["lines"] == []


def test_time_is_counted_while_the_phone_was_there(
    client: TestClient, services: Services, li, wang, worked: None
) -> None:
    found = ask(client, wang)
    line = by_name(found)["li"]
    assert line["time_s"] == {"ready": 6600, "not_ready": 600, "signed_in": 7200}
    assert line["occupancy"] == pytest.approx(300 / 6600)
    assert found["not_ready_s"] == {"小休": 600}
    by_day = ask(client, wang, by="day")["lines"]
    assert [one["time_s"]["signed_in"] for one in by_day] == [7200, 0]
    assert ask(client, wang, by="queue")["total"]["time_s"]["signed_in"] == 7200
    assert by_name(found)["zhao"]["occupancy"] is None, "zhao was never signed in"


def test_recordings_fill_in_for_calls_of_which_no_phone_told(
    client: TestClient, services: Services, li, wang, hand_in: HandIn
) -> None:
    hand_in(li, "r1")
    person_id = own_id(client, li)
    with services.database.writing() as session:
        begin_phone_call(session, person_id, RingingCall("r2", Direction.INBOUND, "138", ""), services.now(), SHANGHAI)
        lose_phone_calls(session, person_id, (), services.now())
    line = by_name(today(client, wang))["li"]
    assert (line["calls"]["inbound"], line["calls"]["answered_in"], line["calls"]["missed"]) == (2, 1, 1)
    hand_in(li, "r2", 1)
    with services.database.writing() as session:
        session.execute(update(CallRow).where(CallRow.id == "r2").values(duration_s=42.0))
    line = by_name(today(client, wang))["li"]
    assert (line["calls"]["inbound"], line["calls"]["answered_in"], line["calls"]["missed"]) == (2, 2, 0)
    assert (line["calls"]["talk_s"], line["calls"]["talked"]) == (42, 1), "as long as its recording"


def test_outcomes_callbacks_complaints_and_scripts_are_counted(
    client: TestClient, services: Services, li, liu, wang
) -> None:
    outcome = client.post("/api/v1/dispositions", headers=liu, json={"name_zh": "已解决"}).json()["id"]
    form = {"call_id": "x1", "number": "138", "direction": "inbound", "disposition_id": outcome}
    assert client.post("/desk/wrap-up", headers=li, data=form).status_code == 200
    write_script(client, liu, "接待")
    version = int(beside(client, li).partition('name="version_id" value="')[2].partition('"')[0])
    for step in (0, 2):
        tick(client, li, version, step)
    now = datetime.now(UTC)
    for minutes, deed in ((10, "keep"), (20, None), (30, "fail")):
        body = {"due_at": (now + timedelta(minutes=minutes)).isoformat(), "number": "138"}
        one = client.post("/api/v1/callbacks", headers=li, json=body).json()["id"]
        if deed:
            client.post(f"/api/v1/callbacks/{one}/steps", headers=li, json={"step": deed})
    for amount in ("10", "1500"):
        body = {"complaint": "少发", "amount": amount, "demand": "claim"}
        client.post("/api/v1/complaints", headers=li, json=body)
    client.app.state.services = replace(services, now=lambda: now + timedelta(minutes=25))  # type: ignore[attr-defined]
    found = today(client, wang)
    assert found["dispositions"] == [{"path": ["已解决"], "calls": 1}]
    assert by_name(found)["li"]["wrapped"] == 1
    wanted = {"due": 3, "kept": 1, "kept_late": 0, "missed": 1, "waiting": 0, "given_up": 1}
    assert {name: found["callbacks"][name] for name in wanted} == wanted
    complaints = found["complaints"]
    assert (complaints["recorded"], complaints["open"], complaints["over_deadline"]) == (2, 2, 0)
    assert (complaints["by_demand"], complaints["by_level"]) == ({"claim": 2}, {"0": 1, "1": 1})
    (script,) = found["scripts"]
    assert (script["name"], script["runs"], script["complete"]) == ("接待", 1, 0)
    assert [step["ticked"] for step in script["steps"]] == [1, 0, 1]
    client.app.state.services = replace(services, now=lambda: now + timedelta(days=8))  # type: ignore[attr-defined]
    assert today(client, wang)["complaints"]["over_deadline"] == 2


def test_campaigns_are_counted_with_their_reach(client: TestClient, services: Services, wang) -> None:
    campaign_id = made(client, wang)
    agent = token_for(services, "801", "agent")  # type: ignore[arg-type]
    token_for(services, "802", "agent")  # type: ignore[arg-type]
    filled(client, wang, campaign_id)
    lead = client.post(f"/api/v1/campaigns/{campaign_id}/next", headers=agent).json()["lead"]
    answered(services, lead["id"], lead["held_by"])
    client.post(f"/api/v1/leads/{lead['id']}/result", headers=agent, json={"result": "成交"})
    (one,) = today(client, wang)["campaigns"]
    counts = {name: one[name] for name in ("attempts", "answered", "tried", "reached", "results")}
    assert counts == {"attempts": 1, "answered": 1, "tried": 1, "reached": 1, "results": {"成交": 1}}


def test_satisfaction_comes_with_what_it_rests_on(
    client: TestClient, services: Services, li, wang, survey: Callable[..., int], hand_in: HandIn
) -> None:
    path = f"/api/v1/surveys/{survey()}/keyed-answers"
    for number, keys in enumerate((["5", "10", "1"], ["2", "3", "2"], ["4", "9", "1"])):
        call_id = hand_in(li, f"c{number}", number)
        assert client.post(path, headers=li, json={"call_id": call_id, "keys": keys}).status_code == 201
    client.post(path, headers=li, json={"call_id": "c0", "keys": ["3", "7", "1"]})  # put right
    found = today(client, wang)
    line = by_name(found)["li"]
    assert (line["csat"]["answers"], line["nps"]["answers"]) == (3, 3)
    assert line["csat"]["score"] == pytest.approx(100 / 3)
    assert line["nps"]["score"] == pytest.approx(0)
    solved = next(one for one in found["questions"] if one["kind"] == "yes_no")
    assert (solved["counts"], solved["answers"]) == ({"0": 1, "1": 2}, 3)
    assert found["follow_ups"] == {"states": {"answered": 3}, "dissatisfied": 1}


def test_the_page_shows_and_gives_away_its_tables(client: TestClient, wang, worked: None) -> None:
    page = {**wang, "accept": "text/html"}
    for by in ("agent", "team", "queue", "day", "odd"):
        shown = client.get("/statistics", headers=page, params={**WEEK, "by": by})
        assert shown.status_code == 200
        assert "接通率 %" in shown.text
    taken = client.get("/statistics", headers=page, params={**WEEK, "table": "1", "format": "csv"})
    rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["坐席", "呼入", "呼入接通", "未接"]
    assert rows[1][:5] == ["li", "4", "3", "1", "75"]
    assert client.get("/api/v1/statistics", headers=wang, params={"by": "odd"}).status_code == 422
