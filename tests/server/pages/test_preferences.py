"""A reader's language and colours, and where the switch leads back to."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.pages.preferences import own_path
from callcoach.server.services import Services
from tests.server.conftest import token_for


def test_a_choice_is_kept_and_the_page_comes_back(client: TestClient, services: Services) -> None:
    headers = token_for(services, "admin", Role.ADMINISTRATOR)
    assert '<html lang="zh-CN" data-theme="auto">' in client.get("/people", headers=headers).text
    choice = {"language": "en", "theme": "dark", "back": "/people?x=1"}
    answer = client.post("/preferences", data=choice, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/people?x=1")
    page = client.get("/people", headers=headers).text
    assert '<html lang="en" data-theme="dark">' in page
    assert 'media="(prefers-color-scheme' not in page


def test_a_wrong_choice_is_refused_and_a_foreign_cookie_ignored(client: TestClient, services: Services) -> None:
    assert client.post("/preferences", data={"language": "fr"}).status_code == 422
    client.cookies.set("callcoach_language", "<script>")
    page = client.get("/people", headers=token_for(services, "admin", Role.ADMINISTRATOR))
    assert '<html lang="zh-CN"' in page.text


@pytest.mark.parametrize("address", ["/", "/calls?text=%2F%2Fx", "/calls/c1#t=3"])
def test_a_path_of_ours_stays(address: str) -> None:
    assert own_path(address) == address


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", "x", ""],
)
def test_no_address_leads_away(address: str) -> None:
    assert own_path(address) == "/"
