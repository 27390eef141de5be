"""The page of calls as browsers and htmx ask for it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.calls import pages
from callcoach.server.calls.page_query import NAMES
from callcoach.server.calls.pages import FILTERS
from callcoach.server.services import Services
from callcoach.store.call_lists import list_calls
from tests.server.visitors import add, enter
from tests.store.calls import put_call

pytestmark = pytest.mark.slow
COUNT = 60


@pytest.fixture
def filled(client: TestClient, services: Services) -> TestClient:
    """Sixty calls, the even ones of agent li, with a tag only others' calls have."""
    li = add(services, "li")
    with services.database.writing() as session:
        for number in range(COUNT):
            put_call(session, number, agent="" if number % 2 else "li", tags=("别人的",) if number % 2 else ("自己的",))
    assert li.id
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    return client


def partly(client: TestClient, path: str) -> str:
    return client.get(path, headers={"HX-Request": "true", "HX-Target": "calls"}).text


def test_what_htmx_puts_in_knows_order_presets_and_view(filled: TestClient) -> None:
    part = partly(filled, "/calls?sort=duration&descending=false&direction=inbound")
    assert "<html" not in part
    assert '<input type="hidden" name="sort" value="duration" form="filters">' in part
    assert '<input type="hidden" name="descending" value="false" form="filters">' in part
    query = "direction=inbound&amp;sort=duration&amp;descending=false"
    assert f'<input type="hidden" name="query" value="{query}" form="keep-view">' in part
    presets = re.findall(r'href="/calls\?([^"]*)"', part.split('class="presets"')[1].split("</p>")[0])
    assert len(presets) == 5
    assert all("direction=inbound" in preset and "sort=duration" in preset for preset in presets)
    whole = filled.get("/calls?sort=duration").text
    assert whole.count('name="sort"') == whole.count('name="descending"') == 1
    assert 'id="filters"' in whole
    assert 'id="keep-view"' in whole


def test_a_place_that_is_gone_shows_the_first_page_and_says_so(filled: TestClient) -> None:
    first = filled.get("/calls?sort=score").text
    after = re.findall(r"after=([\w-]+)", first)[0]
    for stale in (f"/calls?after={after}", "/calls?after=nonsense"):
        page = filled.get(stale)
        assert page.status_code == 200
        assert "翻页位置已失效" in page.text
        assert ">2026-01-01 16:59<" in page.text, "the newest call"
    assert "翻页位置已失效" not in filled.get(f"/calls?sort=score&after={after}").text
    assert filled.get("/api/v1/calls", params={"after": "nonsense"}).status_code == 422


def test_wrong_filters_are_named_as_the_page_names_them(filled: TestClient) -> None:
    page = filled.get("/calls?score_min=x&from_day=31.1.&agent_id=li").text
    assert "无法识别，已忽略：" in page
    told = page.split("无法识别，已忽略：")[1].split("<")[0]
    assert {"评分不低于", "起", "坐席"} == set(told.strip().split("、"))
    assert set(FILTERS) == set(NAMES) - {"after"}


def test_tags_offered_are_those_of_calls_one_sees(filled: TestClient, services: Services) -> None:
    assert {"自己的", "别人的"} <= set(re.findall(r"<option>([^<]*)</option>", filled.get("/calls").text))
    with services.database.reading() as session:
        from callcoach.store.people import person_by_login

        li = person_by_login(session, "li")
    enter(filled, services, li)
    page = filled.get("/calls").text
    assert "<option>自己的</option>" in page
    assert "别人的" not in page


def test_an_export_has_every_row_and_reads_them_a_page_at_a_time(
    filled: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MAX_LIMIT", 7)
    asked: list[int] = []

    def counted(session, principal, wanted, page):
        asked.append(page.limit)
        return list_calls(session, principal, wanted, page)

    monkeypatch.setattr(pages, "list_calls", counted)
    answer = filled.get("/calls/export?format=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == COUNT + 1
    assert len({row[0] for row in rows}) == COUNT + 1
    assert asked == [7] * 9
    assert "content-length" not in answer.headers, "it is sent as it is read"
    assert filled.get("/calls/export?format=xlsx").content.startswith(b"PK")
