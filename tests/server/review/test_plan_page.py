"""The page of sampling plans: whatever a plan can be told is in its form."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from callcoach.datapath import Direction
from callcoach.principal import Role
from callcoach.review.workdays import WorkCalendar
from callcoach.server.services import Services
from callcoach.store.people import person_by_login
from callcoach.store.reviews.drawing import draw_due
from callcoach.store.reviews.plans import list_plans
from tests.review.builders import NOON
from tests.server.conftest import token_for
from tests.server.review.conftest import Room

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_form_tells_seed_direction_and_lengths(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    token_for(services, "lead", Role.SUPERVISOR)
    with services.database.reading() as session:
        lead = person_by_login(session, "lead").id
    page = client.get("/plans", headers=boss).text
    given = {"seed": "7", "direction": "inbound", "duration_min_s": "60", "duration_max_s": "600"}
    assert all(f'name="{name}"' in page for name in given)

    sent = {"name": "每周", "method": "random", "period": "week", "per": "all", "quota": "3", "reviewer_ids": str(lead)}
    answer = client.post("/plans", headers=boss, data={**sent, **given}, follow_redirects=False)

    assert answer.status_code == 303, answer.text
    with services.database.reading() as session:
        terms = list_plans(session)[0].terms
    assert (terms.seed, terms.direction) == (7, Direction.INBOUND)
    assert (terms.duration_min_s, terms.duration_max_s) == (60.0, 600.0)


def test_a_refused_form_keeps_what_was_typed_and_says_why(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    token_for(services, "lead", Role.SUPERVISOR)
    with services.database.reading() as session:
        lead = person_by_login(session, "lead").id
    typed = {"name": "每周<五>", "method": "worst_first", "period": "month", "per": "agent", "quota": "12"}
    more = {"seed": "77", "direction": "outbound", "duration_min_s": "600", "duration_max_s": "60", "due_workdays": "9"}
    for changed, words in (
        ({"reviewer_ids": [str(lead)]}, "比“最长”（60 秒）还长"),
        ({"duration_max_s": "900"}, "复核人：至少选 1 项"),
        ({"quota": "", "reviewer_ids": [str(lead)]}, "数量：没有填"),
    ):
        answer = client.post("/plans", headers=boss, data={**typed, **more, **changed})
        assert answer.status_code == 422
        page = answer.text
        assert words in page
        assert 'value="每周&lt;五&gt;"' in page
        assert 'value="worst_first" selected' in page
        assert 'value="month" selected' in page
        assert 'value="agent" selected' in page
        assert 'value="outbound" selected' in page
        for name, value in {"quota": "12", "seed": "77", "duration_min_s": "600", **changed}.items():
            assert name == "reviewer_ids" or f'name="{name}" ' in page
            assert name == "reviewer_ids" or f'value="{value}"' in page
        assert (f'name="reviewer_ids" value="{lead}" checked' in page) is ("reviewer_ids" in changed)
    with services.database.reading() as session:
        assert list_plans(session) == ()


def test_what_is_previewed_is_drawn_later(room: Room) -> None:
    for number in range(8):
        room.add_call(f"li{number}", "806" if number < 6 else "807")
    form = {"method": "random", "period": "day", "per": "all", "quota": "4", "seed": "5", "team_ids": [], "name": "甲"}
    headers = {"Authorization": f"Bearer {room.tokens['boss']}"}
    page = room.client.post("/plans/preview", headers=headers, data={**form, "day": "2026-01-05"}).text
    assert "可抽 9 通，抽到 4 通" in page
    assert 'value="甲"' in page
    shown = set(re.findall(r'href="/calls/(li\d|c1)"', page))

    plan = {name: form[name] for name in ("method", "period", "per", "quota", "seed")}
    told = room.client.post("/api/v1/review/plans/preview", params={"day": "2026-01-05"}, headers=headers, json=plan)
    assert set(told.json()["drawn"]) == shown
    shares = {one["agent"]: (one["candidates"], one["drawn"]) for one in told.json()["agents"]}
    assert (shares["李"][0], shares["王"][0]) == (7, 2)
    assert sum(drawn for _, drawn in shares.values()) == 4

    made = room.post("boss", "/review/plans", **plan, name="甲", reviewer_ids=[room.id("trainer")])
    with room.services.database.writing() as session:
        draw_due(session, made.json()["id"], NOON + timedelta(days=2), WorkCalendar(SHANGHAI), timedelta(hours=2))
    queue = room.get("trainer", "/review/queue").json()["assignments"]
    assert {one["call"]["id"] for one in queue} == shown


def test_a_supervisor_previews_the_calls_of_teams_led(room: Room) -> None:
    room.add_call("wang0", "807")
    plan = {"method": "stratified", "period": "day", "quota": 5}
    day = {"day": "2026-01-05"}
    headers = {"Authorization": f"Bearer {room.tokens['one']}"}
    path = "/api/v1/review/plans/preview"
    own = room.client.post(path, params=day, headers=headers, json=plan).json()
    assert (own["drawn"], [one["agent"] for one in own["agents"]]) == (["c1"], ["李"])
    other = next(iter(room.people["two"].team_ids))
    refused = room.client.post(path, params=day, headers=headers, json={**plan, "team_ids": [other]})
    assert (refused.status_code, refused.json()["detail_zh"]) == (422, "所选的团队里有不归您带的。请去掉，或找管理员。")
    far = room.client.post(path, params={"day": "9999-12-31"}, headers=headers, json=plan)
    assert "超出范围" in far.json()["detail_zh"]
