"""Signing in at a real OpenID Connect provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from callcoach.server.app import create_app
from callcoach.server.services import Services
from callcoach.server.sign_in.provider_pages import DEPARTURE_COOKIE
from callcoach.settings import OidcSettings, Settings
from tests.server.provider import Provider, running_provider
from tests.server.visitors import add

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with running_provider(tmp_path_factory.mktemp("provider") / "provider.log") as provider:
        yield provider


@pytest.fixture
def settings(tmp_path: Path, provider: Provider) -> Settings:
    oidc = OidcSettings(issuer=provider.url, client_id="callcoach", client_secret="s3cret")
    return Settings(data_dir=tmp_path, oidc=oidc)


def come_back(client: TestClient, provider: Provider, subject: str, next_path: str = "/"):
    """Go to the provider, sign in there, and bring its answer back."""
    page = client.get("/sign-in")
    assert "用企业账号 SSO登录" in page.text
    departure = client.get(f"/sign-in/provider?next_path={next_path}", follow_redirects=False)
    location = provider.enters(departure.headers["location"], subject)
    path = location.removeprefix("http://testserver")
    return client.get(path, follow_redirects=False)


def test_a_checked_address_finds_the_person_and_then_the_subject_does(
    client: TestClient, services: Services, provider: Provider
) -> None:
    person = add(services, "li", email="li@example.com", password=False)
    provider.knows("77", email="Li@Example.com", email_verified=True)
    answer = come_back(client, provider, "77", "/tokens")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tokens")
    assert client.get("/api/v1/me").json()["person_id"] == person.id
    client.cookies.clear()
    provider.knows("77", email="moved@example.com", email_verified=True)
    assert come_back(client, provider, "77").headers["location"] == "/"
    assert client.get("/api/v1/me").json()["person_id"] == person.id


@pytest.mark.parametrize(
    "claims", [{"email": "li@example.com"}, {"email": "li@example.com", "email_verified": False}, {}]
)
def test_an_unchecked_address_finds_nobody(
    client: TestClient, services: Services, provider: Provider, claims: dict[str, Any]
) -> None:
    add(services, "li", email="li@example.com", password=False)
    provider.knows("78", **claims)
    answer = come_back(client, provider, "78")
    assert answer.status_code == 401
    assert "没有与其邮箱对应的人员" in answer.text


def test_an_address_passed_on_does_not_carry_the_account(
    client: TestClient, services: Services, provider: Provider
) -> None:
    add(services, "li", email="li@example.com", password=False)
    for subject, status in (("80", 303), ("81", 401)):
        provider.knows(subject, email="li@example.com", email_verified=True)
        client.cookies.clear()
        assert come_back(client, provider, subject).status_code == status


def test_an_inactive_person_stays_out(client: TestClient, services: Services, provider: Provider) -> None:
    add(services, "li", email="li@example.com", password=False)
    provider.knows("82", email="li@example.com", email_verified=True)
    assert come_back(client, provider, "82").status_code == 303
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET active = 0")
    client.cookies.clear()
    assert come_back(client, provider, "82").status_code == 401


def test_an_answer_that_nobody_departed_for_is_refused(
    client: TestClient, services: Services, provider: Provider
) -> None:
    add(services, "li", email="li@example.com", password=False)
    provider.knows("83", email="li@example.com", email_verified=True)
    departure = client.get("/sign-in/provider", follow_redirects=False).headers["location"]
    location = provider.enters(departure, "83").removeprefix("http://testserver")
    own = client.cookies[DEPARTURE_COOKIE]
    client.cookies.clear()  # another browser
    assert client.get(location).status_code == 401
    client.get("/sign-in/provider", follow_redirects=False)  # which has departed itself
    assert client.get(location).status_code == 401
    client.cookies.clear()
    client.cookies.set(DEPARTURE_COOKIE, own, domain="testserver.local", path="/sign-in/provider")
    assert client.get(location, follow_redirects=False).status_code == 303
    assert client.get(location).status_code == 401, "a code is taken once"


def test_another_nonce_is_refused(client: TestClient, services: Services, provider: Provider) -> None:
    add(services, "li", email="li@example.com", password=False)
    provider.knows("84", email="li@example.com", email_verified=True)
    departure = client.get("/sign-in/provider", follow_redirects=False).headers["location"]
    nonce = parse_qs(urlsplit(departure).query)["nonce"][0]
    location = provider.enters(departure.replace(nonce, "an-older-nonce"), "84")
    assert client.get(location.removeprefix("http://testserver")).status_code == 401


def test_a_provider_that_is_away_is_told(tmp_path: Path) -> None:
    oidc = OidcSettings(issuer="http://127.0.0.1:9", client_id="x")
    with TestClient(create_app(Settings(data_dir=tmp_path, oidc=oidc))) as client:
        answer = client.get("/sign-in/provider")
        assert answer.status_code == 401
        assert "企业账号登录没有成功" in answer.text


def test_without_a_provider_there_is_no_way_to_it(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client:
        assert "/sign-in/provider" not in client.get("/sign-in").text
        assert client.get("/sign-in/provider").status_code == 404
