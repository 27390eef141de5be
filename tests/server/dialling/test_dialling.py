"""Numbers of lists are called by real softphones through a real PBX, and what comes of it is learned from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from callcoach.calling_settings import DiallingSettings
from callcoach.campaigns.outcomes import CampaignMode, CampaignState, LeadState, Outcome
from callcoach.principal import Role, Scope
from callcoach.settings import LiveSettings, Settings, WorkSettings
from callcoach.store.campaigns.do_not_call import DoNotCallFields, put_do_not_call
from callcoach.store.campaigns.keeping import add_campaign, set_state
from callcoach.store.campaigns.leads import attempts_of, list_leads, put_leads
from callcoach.store.campaigns.model import Attempt, CampaignTerms, Lead, LeadFields
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.presence import PresenceState, change_presence
from callcoach.store.tokens import make_token
from tests import web
from tests.peers import sipp
from tests.peers.kamailio import USERS, Pbx
from tests.peers.phone import Phone, softphone
from tests.peers.process import free_port, wait_until
from tests.server.phones.test_phone_line import Running
from tests.server.process import Server

pytestmark = [pytest.mark.peer, pytest.mark.slow]

ALWAYS = "mon-sun 00:00-24:00"
PROGRESSIVE = CampaignTerms("回访", CampaignMode.PROGRESSIVE, calls_per_min=600, busy_min=10, goals={"成交": 2})
ANSWERS = ("1003", "1004")
"""Numbers that are answered at once."""
REFUSES = "7001"
"""A number that sipp takes."""


@dataclass
class Floor:
    """A server, agents with softphones at the PBX, and a running campaign."""

    url: str
    database: Database
    pbx: Pbx
    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)
    campaign_id: int = 0

    def campaign(self, terms: CampaignTerms, *numbers: str) -> None:
        with self.database.writing() as session:
            boss = add_person(session, NewPerson("boss", "王芳", Role.SUPERVISOR)).id
            now = self.now()
            self.campaign_id = add_campaign(session, terms, boss, now)
            put_leads(session, self.campaign_id, [LeadFields(number) for number in numbers], now)
            set_state(session, self.campaign_id, CampaignState.RUNNING)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def customers_answer(self) -> None:
        """Have somebody at each number that is answered."""
        for user in ANSWERS:
            account = {"registrar": self.pbx.address, "user": user, "password": USERS[user]}
            phone = self.stack.enter_context(softphone(self.folder / user, "--auto-answer", settings=account))
            phone.wait("RegistrationChanged", registered=True)

    def agent(self, user: str) -> Agent:
        with self.database.writing() as session:
            person = add_person(session, NewPerson(user, f"坐席{user}", Role.AGENT, (), (user,)))
            token = make_token(session, person.id, "phone", tuple(Scope))
        account = {"registrar": self.pbx.address, "user": user, "password": USERS[user], "PHONE__TOKEN": token}
        phone = self.stack.enter_context(softphone(self.folder / user, "--server", self.url, settings=account))
        phone.wait("RegistrationChanged", registered=True)
        agent = Agent(self, person.id, token, phone)
        wait_until(agent.is_connected, f"the line of {user}", timeout_s=30)
        return agent

    def leads(self) -> dict[str, Lead]:
        with self.database.reading() as session:
            return {lead.number: lead for lead in list_leads(session, self.campaign_id)}

    def attempts(self, number: str) -> tuple[Attempt, ...]:
        lead = self.leads()[number]
        with self.database.reading() as session:
            return attempts_of(session, lead.id)

    def has_ended(self, number: str) -> bool:
        return self.attempts(number)[0].ended_at is not None

    def until(self, number: str, state: LeadState, timeout_s: float = 60) -> Lead:
        wait_until(lambda: self.leads()[number].state is state, f"{number} to be {state}", timeout_s=timeout_s)
        return self.leads()[number]


@dataclass
class Agent:
    floor: Floor
    person_id: int
    token: str
    phone: Phone

    def post(self, path: str, **body: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return web.post(f"{self.floor.url}/api/v1{path}", json=body, headers=headers)

    def current(self) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self.token}"}
        return web.get(f"{self.floor.url}/api/v1/leads/current", headers=headers).json()["lead"]

    def is_connected(self) -> bool:
        """Whether the server can reach the phone: what cannot be dialled is refused by the phone, in other words."""
        answer = self.post("/dial", target="?")
        return answer.status_code == 409 and "No softphone" not in answer.json()["detail"]

    def join(self) -> None:
        assert self.post("/leads/progressive", campaign_id=self.floor.campaign_id).status_code == 200


@pytest.fixture
def floor(tmp_path: Path, pbx: Pbx) -> Iterator[Floor]:
    settings = Settings(
        data_dir=tmp_path / "server",
        work=WorkSettings(calls_at_once=0),
        live=LiveSettings(enabled=False),
        dialling=DiallingSettings(calling_hours=(ALWAYS,), calls_per_min=600, ring_s=10),
    )
    with Running(settings, free_port()) as server:
        floor = Floor(server.url, server.services.database, pbx, tmp_path)
        with floor.stack:
            yield floor


def test_two_agents_are_given_different_numbers_when_they_are_free(floor: Floor) -> None:
    floor.customers_answer()
    floor.campaign(PROGRESSIVE, *ANSWERS, REFUSES)
    with sipp.answering("refuses.xml", floor.folder, floor.pbx.sipp_port, STATUS="486 Busy Here"):
        agents = [floor.agent("1001"), floor.agent("1002")]
        for agent in agents:
            agent.join()
        for number in ANSWERS:
            floor.until(number, LeadState.CALLED)
        held = [agent.current() for agent in agents]
        assert {one["number"] for one in held if one} == set(ANSWERS), "each has a number of their own"
        assert floor.leads()[REFUSES].state is LeadState.OPEN, "nobody is free for it"
        for agent in agents:
            agent.phone.say("hangup")
            agent.phone.wait("CallEnded", timeout_s=30)
        for number in ANSWERS:
            wait_until(lambda number=number: floor.has_ended(number), "the end", timeout_s=30)
            (attempt,) = floor.attempts(number)
            assert (attempt.outcome, bool(attempt.answered_at), bool(attempt.call_id)) == (Outcome.ANSWERED, True, True)
        assert floor.leads()[REFUSES].state is LeadState.OPEN, "the results come first"
        agent, lead = agents[0], held[0]
        assert lead is not None
        assert agent.post(f"/leads/{lead['id']}/result", result="成交").status_code == 204
        busy = floor.until(REFUSES, LeadState.LATER)
    assert (busy.last_outcome, busy.attempts) == (Outcome.BUSY, 1)
    (attempt,) = floor.attempts(REFUSES)
    assert (attempt.person_id, attempt.code) == (agent.person_id, 486)
    assert floor.leads()[lead["number"]].result == "成交"


def test_an_agent_looks_then_dials_and_nobody_answers(floor: Floor) -> None:
    floor.campaign(CampaignTerms("预览", calls_per_min=600), REFUSES)
    agent = floor.agent("1001")
    lead = agent.post(f"/campaigns/{floor.campaign_id}/next").json()["lead"]
    assert lead["number"] == REFUSES
    with sipp.answering("rings_until_cancelled.xml", floor.folder, floor.pbx.sipp_port):
        dialled = agent.post(f"/leads/{lead['id']}/dial").json()
        assert dialled["call_id"]
        assert agent.post(f"/leads/{lead['id']}/dial").status_code == 409, "it is being called"
        assert agent.post(f"/leads/{lead['id']}/skip", reason="等不及").status_code == 409
        later = floor.until(REFUSES, LeadState.LATER)
    assert later.last_outcome is Outcome.NO_ANSWER, "the server gave up after the longest ringing"
    assert floor.attempts(REFUSES)[0].call_id == dialled["call_id"]


def test_what_may_not_be_called_never_reaches_the_phone(floor: Floor) -> None:
    floor.campaign(CampaignTerms("预览", calls_per_min=600), *ANSWERS)
    agent = floor.agent("1001")
    lead = agent.post(f"/campaigns/{floor.campaign_id}/next").json()["lead"]
    with floor.database.writing() as session:
        put_do_not_call(session, [DoNotCallFields(lead["number"], "本人要求")], None, floor.now())
    refused = agent.post(f"/leads/{lead['id']}/dial").json()
    assert (refused["call_id"], "do-not-call" in refused["refused"]) == ("", True)
    assert floor.leads()[lead["number"]].state is LeadState.FAILED
    assert floor.attempts(lead["number"]) == ()
    assert agent.phone.had("OutgoingCall") == []


def test_a_phone_that_cannot_dial_leaves_the_number_waiting(floor: Floor) -> None:
    floor.campaign(CampaignTerms("预览", calls_per_min=600), *ANSWERS)
    agent = floor.agent("1001")
    first = agent.post(f"/campaigns/{floor.campaign_id}/next").json()["lead"]
    agent.phone.stop()
    wait_until(lambda: not agent.is_connected(), "the line to be down", timeout_s=30)
    gone = agent.post(f"/leads/{first['id']}/dial")
    assert gone.status_code == 409
    assert floor.attempts(first["number"]) == ()
    held = agent.current()
    assert held is not None
    assert held["number"] == first["number"], "it is still the agent's"


def test_a_call_goes_on_while_the_server_is_killed_and_is_known_again(tmp_path: Path, pbx: Pbx) -> None:
    server = Server(
        tmp_path,
        dialling__calling_hours=f'["{ALWAYS}"]',
        live__enabled="false",
        work__calls_at_once="0",
    )
    stack = ExitStack()
    with stack, server:
        database = open_database(database_url("", tmp_path))
        stack.callback(database.close)
        floor = Floor(server.url(""), database, pbx, tmp_path, stack)
        floor.customers_answer()
        floor.campaign(PROGRESSIVE, *ANSWERS)
        agent = floor.agent("1001")
        agent.join()
        number = ANSWERS[0]
        floor.until(number, LeadState.CALLED)
        server.kill()
        with server:
            wait_until(agent.is_connected, "the line again", timeout_s=60)
            assert floor.attempts(number)[0].ended_at is None
            assert len(agent.phone.had("OutgoingCall")) == 1, "nobody is called a second time"
            agent.phone.say("hangup")
            wait_until(lambda: floor.has_ended(number), "the end", timeout_s=30)
            lead = floor.leads()[number]
            assert (lead.state, floor.attempts(number)[0].outcome) == (LeadState.CALLED, Outcome.ANSWERED)
            assert floor.leads()[ANSWERS[1]].state is LeadState.OPEN, "the result comes first"
            assert agent.post(f"/leads/{lead.id}/result", result="成交").status_code == 204
            floor.until(ANSWERS[1], LeadState.CALLED)


def test_who_says_not_ready_at_the_desk_is_called_for_nobody(floor: Floor) -> None:
    floor.customers_answer()
    floor.campaign(PROGRESSIVE, *ANSWERS)
    agents = [floor.agent("1001"), floor.agent("1002")]
    with floor.database.writing() as session:
        change_presence(session, agents[0].person_id, PresenceState.NOT_READY, "午休", floor.now())
        change_presence(session, agents[1].person_id, PresenceState.READY, "", floor.now())
    for agent in agents:
        agent.join()
    lead = floor.until(ANSWERS[0], LeadState.CALLED)
    assert lead.held_by == agents[1].person_id
    assert floor.leads()[ANSWERS[1]].state is LeadState.OPEN
    with floor.database.writing() as session:
        change_presence(session, agents[0].person_id, PresenceState.READY, "", floor.now())
    assert floor.until(ANSWERS[1], LeadState.CALLED).held_by == agents[0].person_id
