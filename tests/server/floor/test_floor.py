"""A supervisor follows a real call in a real browser, from the first ring to the end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from callcoach.principal import Role
from callcoach.server.sign_in.cookies import lifetime_of
from callcoach.settings import Settings
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.sessions import begin_session
from tests.peers.phone import softphone
from tests.peers.process import wait_until
from tests.server.browser.visit import Visit
from tests.server.phones.test_phone_line import Running, agent_phone, agent_token, called, server, settings, speech

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.model, pytest.mark.slow]

__all__ = ["server", "settings"]


@dataclass
class At:
    """What a visit needs to know of a site."""

    running: Running

    @property
    def server(self) -> At:
        return self

    def url(self, path: str) -> str:
        return self.running.url + path

    def session_of(self, login: str) -> str:
        services = self.running.services
        with services.database.writing() as session:
            person = add_person(session, NewPerson(login, "王芳", Role.SUPERVISOR, ("一组",)))
            return begin_session(session, person.id, lifetime_of(Settings()))


def test_a_call_shows_with_its_words_hints_and_score(server, tmp_path, model_dir, chromium) -> None:
    (server.settings.data_dir / "models").symlink_to(model_dir.parent)
    visit = Visit(chromium, At(server))  # type: ignore[arg-type]
    visit.size(1440)
    visit.enter("wang.fang")
    visit.prefer("zh", "light")
    visit.open("/floor")
    assert "还没有软电话连接" in visit.text("#floor-nobody")
    agent = agent_phone(server, tmp_path / "agent", agent_token(server), "--play", speech("agent"))
    customer = softphone(tmp_path / "customer", "--play", speech("customer"), settings={"user": "13800000020"})
    with agent as phone, customer as caller:
        visit.until("return document.querySelector('#floor-rows')?.textContent.includes('张伟')")
        wait_until(lambda: any(one.kind == "connected" for one in server.news), "the line", timeout_s=30)
        called(phone, caller)
        visit.until("return document.querySelector('#floor-rows').textContent.includes('通话中')")
        assert "13800000020" in visit.text("#floor-rows")
        wait_until(lambda: server.live("Hint"), "a hint", timeout_s=90)
        visit.until("return document.querySelector('#floor-rows b')")
        visit.click("#floor-rows button")
        visit.until("return document.querySelector('#floor-words .customer')")
        visit.open("/floor")
        visit.until("return document.querySelector('#floor-rows b')")
        caller.say("hangup")
        phone.wait("RecordingFinished", timeout_s=30)
        visit.until("return !document.querySelector('#floor-rows').textContent.includes('通话中')")
    visit.until("return !document.querySelector('#floor-rows tr')")
    assert visit.complaints() == []
