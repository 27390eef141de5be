"""Signing in with a password, out again, and what a guesser learns: nothing, slowly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.app import create_app
from callcoach.server.forgery import HEADER, forgery_token
from callcoach.server.services import Services
from callcoach.server.sign_in.cookies import SESSION_COOKIE, lifetime_of
from callcoach.settings import ServerSettings, Settings, SignInSettings
from callcoach.store.model import PersonChange
from callcoach.store.people_changes import change_person
from callcoach.store.sessions import principal_of_session
from tests.server.visitors import PASSWORD, add, enter, send

pytestmark = pytest.mark.slow


def sign_in(client: TestClient, login: str, password: str, **more: str):
    data = {"login": login, "password": password, **more}
    proof = {HEADER: forgery_token(client.cookies.get(SESSION_COOKIE, ""))}
    return client.post("/sign-in", data=data, headers=proof, follow_redirects=False)


@pytest.mark.parametrize("login", ["li", "LI", " li ", "li@example.com", "Li@Example.com"])
def test_login_or_email_and_password_sign_in(client: TestClient, services: Services, login: str) -> None:
    add(services, "li", email="Li@example.com")
    answer = sign_in(client, login, PASSWORD, next_path="/tokens?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tokens?x=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/api/v1/me").json()["name"] == "li 同事"


def test_the_cookie_travels_by_https_only_where_people_use_https(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, server=ServerSettings(base_url="https://qa.example.com"))
    with TestClient(create_app(settings)) as client:
        add(client.app.state.services, "li")  # type: ignore[attr-defined]
        assert "Secure" in sign_in(client, "li", PASSWORD).headers["set-cookie"]


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(client: TestClient, services: Services) -> None:
    add(services, "li")
    add(services, "no", password=False)
    logins = ("li", "unknown", "no")
    pages = [sign_in(client, login, "wrong password") for login in logins]
    assert {page.status_code for page in pages} == {401}
    typed = zip(pages, logins, strict=True)
    assert len({page.text.replace(f'value="{login}"', 'value="typed"') for page, login in typed}) == 1
    assert "登录名或密码不对" in pages[0].text
    assert SESSION_COOKIE not in client.cookies


def test_what_was_typed_is_escaped(client: TestClient) -> None:
    page = sign_in(client, '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in page.text


def throttled(tmp_path: Path, **limits: int) -> Settings:
    return Settings(data_dir=tmp_path, sign_in=SignInSettings(**limits))


def test_a_login_must_wait_after_failures_and_a_restart_does_not_help(tmp_path: Path) -> None:
    settings = throttled(tmp_path, failures_per_login=3)
    with TestClient(create_app(settings)) as client:
        add(client.app.state.services, "li")  # type: ignore[attr-defined]
        add(client.app.state.services, "wang")  # type: ignore[attr-defined]
        assert [sign_in(client, "Li ", "wrong").status_code for _ in range(3)] == [401, 401, 401]
        refused = sign_in(client, "li", PASSWORD)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
        assert "失败次数过多" in refused.text
    with TestClient(create_app(settings)) as client:
        assert sign_in(client, "li", PASSWORD).status_code == 429
        assert sign_in(client, "wang", PASSWORD).status_code == 303


def test_an_unknown_login_must_wait_as_well(tmp_path: Path) -> None:
    with TestClient(create_app(throttled(tmp_path, failures_per_login=2))) as client:
        assert [sign_in(client, "ghost", "x").status_code for _ in range(3)] == [401, 401, 429]


def test_an_address_must_wait_after_failures_of_many_logins(tmp_path: Path) -> None:
    with TestClient(create_app(throttled(tmp_path, failures_per_address=3))) as client:
        assert [sign_in(client, f"ghost{n}", "x").status_code for n in range(4)] == [401, 401, 401, 429]


def test_success_is_no_failure_and_forgives_the_login(tmp_path: Path) -> None:
    with TestClient(create_app(throttled(tmp_path, failures_per_login=2, failures_per_address=2))) as client:
        add(client.app.state.services, "li")  # type: ignore[attr-defined]
        for _ in range(3):
            assert sign_in(client, "li", "wrong").status_code == 401
            assert sign_in(client, "li", PASSWORD).status_code == 303


def test_no_secret_is_kept_in_the_clear(client: TestClient, services: Services, tmp_path: Path) -> None:
    add(services, "li")
    sign_in(client, "my secret typed as login", "x")
    sign_in(client, "li", PASSWORD)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("callcoach.sqlite*"))
    for secret in (client.cookies[SESSION_COOKIE], PASSWORD, "my secret typed as login"):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept


def test_signing_out_ends_the_session_at_the_server(client: TestClient, services: Services) -> None:
    token = enter(client, services, add(services, "li"))
    answer = send(client, "/sign-out", {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, token, domain="testserver.local")
    assert client.get("/api/v1/me").status_code == 401


def test_a_session_of_before_is_ended_by_signing_in(client: TestClient, services: Services) -> None:
    planted = enter(client, services, add(services, "mallory"))
    add(services, "li")
    assert sign_in(client, "li", PASSWORD).status_code == 303
    assert client.cookies[SESSION_COOKIE] != planted
    with services.database.reading() as session:
        assert principal_of_session(session, planted, lifetime_of(services.settings)) == (None, False)
    assert client.get("/api/v1/me").json()["name"] == "li 同事"


@pytest.mark.parametrize("limit", [{"idle_min": 5}, {"lifetime_h": 1}])
def test_a_session_ends_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: dict[str, int]) -> None:
    with TestClient(create_app(throttled(tmp_path, **limit))) as client:
        services = client.app.state.services  # type: ignore[attr-defined]
        enter(client, services, add(services, "li"))
        assert client.get("/api/v1/me").status_code == 200
        past = timedelta(hours=1, minutes=1)
        with services.database.engine.begin() as connection:
            column = "seen_at" if "idle_min" in limit else "begun_at"
            rows = f"UPDATE sessions SET {column} = datetime({column}, '-{past.total_seconds()} seconds')"
            connection.exec_driver_sql(rows)
        assert client.get("/api/v1/me").status_code == 401


def test_who_was_made_inactive_is_out_at_once(client: TestClient, services: Services) -> None:
    person = add(services, "li")
    enter(client, services, person)
    with services.database.writing() as session:
        change_person(session, person.id, PersonChange("李", Role.AGENT, False, (), (), ""))
    assert client.get("/api/v1/me").status_code == 401
    assert sign_in(client, "li", PASSWORD).status_code == 401


def test_a_page_leads_to_the_sign_in_and_back(client: TestClient, services: Services) -> None:
    answer = client.get("/people?text=a%26b", headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert 'name="next_path" value="/people?text=a%26b"' in page.text
    assert client.get("/people", headers={"HX-Request": "true"}).headers["hx-redirect"] == "/sign-in"


def test_nobody_is_led_away(client: TestClient, services: Services) -> None:
    add(services, "li")
    answer = sign_in(client, "li", PASSWORD, next_path="https://evil.example/")
    assert answer.headers["location"] == "/"
    start = client.get("/", follow_redirects=False)
    assert start.headers["location"] == "/desk"
