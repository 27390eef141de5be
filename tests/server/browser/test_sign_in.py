"""Signing in as a person does it, with keyboard and mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys

from callcoach.server.sign_in.cookies import SESSION_COOKIE
from tests.server.browser.site import running_site
from tests.server.browser.visit import Visit
from tests.server.process import Server
from tests.server.provider import running_provider
from tests.server.visitors import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(visit: Visit, login: str, password: str) -> None:
    visit.type("#login", login)
    visit.type("#password", password + Keys.ENTER)


def sign_in_afresh(visit: Visit, password: str) -> None:
    visit.open("/sign-in")
    visit.type("#login", "li.na")
    visit.submit("#password", password, Keys.ENTER)


def test_a_person_signs_in_and_out(visit: Visit) -> None:
    visit.open("/tokens")
    visit.until_at("/sign-in?next_path=/tokens")
    visit.until("return document.activeElement.id === 'login'")
    visit.press("zhang.wei", Keys.TAB, PASSWORD, Keys.ENTER)
    visit.until_at("/tokens")
    assert visit.text(".person b") == "张伟"
    assert visit.run("return document.cookie") == "", "scripts see no cookie"
    assert visit.driver.get_cookie(SESSION_COOKIE)["httpOnly"]
    visit.click("form[action='/sign-out'] button")
    visit.until_at("/sign-in")
    visit.open("/tokens")
    visit.until_at("/sign-in?next_path=/tokens")
    assert visit.complaints() == []


def test_a_wrong_password_is_told_and_the_login_stays(visit: Visit) -> None:
    visit.open("/sign-in")
    sign_in(visit, "zhang.wei", "wrong")
    visit.until("return document.querySelector('.banner.bad')")
    assert "登录名或密码不对。" in visit.text(".banner.bad")
    assert visit.find("#login").get_attribute("value") == "zhang.wei"
    visit.until("return document.activeElement.id === 'password'")
    visit.type("#password", PASSWORD + Keys.ENTER)
    visit.until("return document.querySelector('.person')")


def test_after_failures_a_login_must_wait(chromium: Chrome, tmp_path: Path) -> None:
    with running_site(tmp_path, work__calls_at_once="0", sign_in__failures_per_login="2") as site:
        visit = Visit(chromium, site)
        visit.open("/sign-in")
        for _ in range(2):
            sign_in_afresh(visit, "wrong")
            assert "登录名或密码不对。" in visit.text(".banner.bad")
        sign_in_afresh(visit, PASSWORD)
        assert "失败次数过多" in visit.text(".banner.bad")


def test_the_first_start_prints_a_link_for_the_administrator(chromium: Chrome, tmp_path: Path) -> None:
    with Server(tmp_path, work__calls_at_once="0") as server:
        link = re.findall(r"http://\S+/invitation/\S+", server.log.read_text())[0]
        chromium.get(link)
        for field in ("password", "again"):
            chromium.find_element("id", field).send_keys(PASSWORD)
        chromium.find_element("css selector", "button.main").click()
        assert chromium.find_element("css selector", ".person span").text in ("管理员", "Administrator")
        chromium.get(link)
        assert chromium.find_elements("id", "password") == []
    with Server(tmp_path, work__calls_at_once="0") as server:
        assert server.log.read_text().count("/invitation/") == 1, "the second start prints none"


def test_a_person_comes_in_by_the_provider(chromium: Chrome, tmp_path: Path) -> None:
    with running_provider(tmp_path / "provider.log") as provider:
        provider.knows("77", email="zhang.wei@example.com", email_verified=True)
        oidc = {"oidc__issuer": provider.url, "oidc__client_id": "callcoach", "oidc__client_secret": "s3cret"}
        with running_site(tmp_path, work__calls_at_once="0", **oidc) as site:
            visit = Visit(chromium, site)
            visit.open("/sign-in?next_path=/account")
            visit.click("a.button")
            visit.until(f"return location.href.startsWith('{provider.url}') && document.querySelector('[name=sub]')")
            chromium.execute_script(
                "const form = document.querySelector('[name=sub]').form; const sub = document.createElement('input');"
                "sub.name = 'sub'; sub.value = '77'; form.replaceChildren(sub); form.submit()"
            )
            visit.until_at("/account")
            assert visit.text(".person b") == "张伟"


def test_language_and_colours_switch_and_the_page_stays(administrator: Visit) -> None:
    visit = administrator
    visit.open("/people?role=agent")
    visit.choose("select[name=language]", "en")
    visit.until("return document.querySelector('h1')?.textContent.trim() === 'People'")
    assert visit.path == "/people?role=agent"
    light = visit.run("return getComputedStyle(document.body).backgroundColor")
    visit.choose("select[name=theme]", "dark")
    visit.until("return document.documentElement.dataset.theme === 'dark' && document.readyState === 'complete'")
    assert visit.run("return getComputedStyle(document.body).backgroundColor") != light
    visit.choose("select[name=language]", "zh")
    visit.until("return document.querySelector('h1')?.textContent.trim() === '人员'")
    assert visit.complaints() == []


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(245, 246, 248)"), ("dark", "rgb(20, 24, 30)")])
def test_without_a_choice_the_colours_are_the_systems(visit: Visit, scheme: str, ground: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    visit.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    try:
        visit.open("/sign-in")
        assert visit.run("return getComputedStyle(document.body).backgroundColor") == ground
    finally:
        visit.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_keyboard_reaches_the_content_first(administrator: Visit) -> None:
    visit = administrator
    visit.open("/people")
    visit.press(Keys.TAB)
    assert visit.run("return document.activeElement.className") == "skip"
    assert visit.run("return document.activeElement.getBoundingClientRect().top >= 0"), "it shows when it has the focus"
    visit.press(Keys.ENTER, Keys.TAB)
    assert visit.run("return document.activeElement.closest('main') !== null")
    style = "getComputedStyle(document.activeElement)"
    assert visit.run(f"return {style}.outlineStyle + {style}.outlineWidth") == "solid2px"


def test_the_list_of_people_filters_as_one_types(administrator: Visit) -> None:
    visit = administrator
    visit.open("/people")
    visit.type("input[name=text]", "王")
    visit.until("return document.querySelectorAll('tbody tr').length === 1")
    assert visit.text("tbody th") == "wang.fang"
    assert "text=" in visit.path
    assert visit.run("return document.querySelectorAll('nav').length") == 1, "only the table was replaced"
    assert visit.complaints() == []


def test_earlier_entries_of_the_log_follow(administrator: Visit) -> None:
    visit = administrator
    visit.open("/audit?action=person.change&object_id=3")
    filtered = visit.driver.find_elements("css selector", "tbody tr")
    assert filtered
    assert all("修改人员" in row.text or "Changed a person" in row.text for row in filtered)
    visit.open("/audit")
    assert visit.run("return document.querySelectorAll('tbody tr').length") == 51
    visit.click("a[hx-get]")
    visit.until("return document.querySelectorAll('tbody tr').length > 60")
    assert visit.complaints() == []
