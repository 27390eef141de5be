"""Lists in the database: one agent a number, at the moment of dialling, with what follows; over crashes and servers."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callcoach.campaigns.calling_hours import CallingHours, read_hours
from callcoach.campaigns.outcomes import MOST_FAULTS, CampaignMode, CampaignState, LeadState, Outcome
from callcoach.errors import ConflictError, InputError
from callcoach.principal import Role
from callcoach.store.campaigns.attempts import end_attempt, give_result, note_answer, note_call, open_attempts
from callcoach.store.campaigns.beginning import NEWS_S, Begun, begin_call
from callcoach.store.campaigns.do_not_call import DoNotCallFields, do_not_call_entry, list_do_not_call, put_do_not_call
from callcoach.store.campaigns.keeping import (
    add_campaign,
    campaign_by_id,
    join,
    progress_of,
    progressive_agents,
    set_state,
    take_turn,
)
from callcoach.store.campaigns.leads import assign_by_owner, assign_evenly, attempts_of, get_lead, list_leads, put_leads
from callcoach.store.campaigns.model import CampaignTerms, Lead, LeadFields, Refusal
from callcoach.store.campaigns.taking import free_expired, give_back, held_lead, take_next, take_this
from callcoach.store.customers.cards import add_customer
from callcoach.store.customers.model import CustomerFields
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.schema import upgrade

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)  # a Thursday, 10 o'clock in Shanghai
TODAY = NOW.date()
HOURS = CallingHours(ZoneInfo("Asia/Shanghai"), read_hours(("mon-fri 09:00-12:00,13:30-20:00",)))
HOLD_S, RING_S = 300.0, 45.0
TERMS = CampaignTerms("回访", calls_per_min=600, max_attempts=2, busy_min=10, no_answer_min=120)


class List:
    """A running campaign with numbers, and two agents."""

    def __init__(self, database: Database, terms: CampaignTerms = TERMS, numbers: int = 3) -> None:
        self.database = database
        with database.writing() as session:
            self.agents = [
                add_person(session, NewPerson(f"agent{n}", f"坐席{n}", Role.AGENT, ("一组",))).id for n in range(2)
            ]
            self.id = add_campaign(session, terms, self.agents[0], NOW)
            set_state(session, self.id, CampaignState.RUNNING)
            put_leads(session, self.id, [LeadFields(f"1380000000{n}", f"客户{n}") for n in range(numbers)], NOW)

    def do(self, deed: Any, *arguments: Any, **named: Any) -> Any:
        with self.database.writing() as session:
            return deed(session, *arguments, **named)

    def next(self, agent: int = 0, now: datetime = NOW) -> Any:
        return self.do(take_next, self.id, self.agents[agent], now=now, hold_s=HOLD_S, today=now.date())

    def begin(self, lead: Lead, agent: int = 0, now: datetime = NOW) -> Begun | Refusal:
        return self.do(begin_call, lead.id, self.agents[agent], now=now, hours=HOURS, ring_s=RING_S)

    def called(self, outcome: Outcome, now: datetime = NOW) -> Lead:
        """Call the next number, which ends so."""
        lead = self.next(now=now)
        assert lead is not None
        begun = self.begin(lead, now=now)
        assert isinstance(begun, Begun), begun
        if outcome is Outcome.ANSWERED:
            self.do(note_answer, begun.attempt_id, now)
        self.do(end_attempt, begun.attempt_id, outcome, now)
        return self.do(get_lead, lead.id)


@pytest.fixture
def calls(database: Database) -> List:
    return List(database)


def test_a_number_is_one_agents_until_the_hold_ends(calls: List) -> None:
    first, second = calls.next(0), calls.next(1)
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == ("13800000000", "13800000001")
    assert calls.do(held_lead, calls.agents[0], NOW).id == first.id
    with pytest.raises(ConflictError):
        calls.do(take_this, first.id, calls.agents[1], now=NOW, hold_s=HOLD_S, today=TODAY)
    later = NOW + timedelta(seconds=HOLD_S)
    assert calls.do(held_lead, calls.agents[0], later) is None
    with pytest.raises(ConflictError, match="no longer"):
        calls.begin(first, now=later)
    again = calls.next(1, later)
    assert again is not None
    assert again.id == first.id


def test_a_number_is_not_called_from_two_campaigns_at_once(calls: List) -> None:
    other = calls.do(add_campaign, replace(TERMS, name="另一个"), calls.agents[0], NOW)
    calls.do(set_state, other, CampaignState.RUNNING)
    calls.do(put_leads, other, [LeadFields("+86 138 0000 0000")], NOW)
    assert calls.next(0) is not None
    assert calls.do(take_next, other, calls.agents[1], now=NOW, hold_s=HOLD_S, today=TODAY) is None
    calls.do(give_back, 1, calls.agents[0], "先不打", NOW, again_at=NOW + timedelta(hours=1))
    assert calls.do(take_next, other, calls.agents[1], now=NOW, hold_s=HOLD_S, today=TODAY) is not None


@pytest.mark.parametrize(
    ("outcome", "state", "pause"),
    [
        (Outcome.BUSY, LeadState.LATER, timedelta(minutes=10)),
        (Outcome.NO_ANSWER, LeadState.LATER, timedelta(minutes=120)),
        (Outcome.WRONG_NUMBER, LeadState.FAILED, None),
        (Outcome.ANSWERED, LeadState.CALLED, None),
        (Outcome.FAULT, LeadState.LATER, timedelta(minutes=5)),
    ],
)
def test_what_follows_of_an_attempt(calls: List, outcome: Outcome, state: LeadState, pause: timedelta | None) -> None:
    lead = calls.called(outcome)
    assert (lead.state, lead.last_outcome) == (state, outcome)
    assert lead.attempts == (0 if outcome is Outcome.FAULT else 1)
    if pause is not None:
        assert lead.next_at == NOW + pause
        assert [calls.next().number for _ in range(2)] == ["13800000001", "13800000002"]
        due = calls.next(1, NOW + pause)
        assert due is not None
        assert due.id == lead.id


def test_after_the_last_attempt_a_number_is_called_no_more(database: Database) -> None:
    calls = List(database, numbers=1)
    calls.called(Outcome.BUSY)
    lead = calls.called(Outcome.NO_ANSWER, NOW + timedelta(minutes=11))
    assert (lead.state, lead.attempts) == (LeadState.FAILED, 2)
    assert calls.next(0, NOW + timedelta(days=9)) is None


def test_faults_in_a_row_pause_the_campaign(database: Database) -> None:
    calls = List(database, numbers=MOST_FAULTS + 1)
    for second in range(MOST_FAULTS):
        calls.called(Outcome.FAULT, NOW + timedelta(seconds=second))
    campaign = calls.do(campaign_by_id, calls.id)
    assert campaign.state is CampaignState.PAUSED
    assert campaign.why_paused
    lead = calls.next()
    assert lead is not None
    assert isinstance(calls.begin(lead), Refusal)


def test_quiet_hours_days_and_pauses_hold_at_the_moment_of_dialling(calls: List) -> None:
    noon = NOW.replace(hour=4, minute=30)  # 12:30 in Shanghai
    lead = calls.next(now=noon)
    assert lead is not None
    refusal = calls.begin(lead, now=noon)
    assert isinstance(refusal, Refusal)
    assert "hour" in refusal.en
    waits = calls.do(get_lead, lead.id)
    assert (waits.state, waits.next_at) == (LeadState.OPEN, NOW.replace(hour=5, minute=30))
    assert calls.do(attempts_of, lead.id) == ()
    second = calls.next()
    assert second is not None
    calls.do(set_state, calls.id, CampaignState.PAUSED)
    assert isinstance(calls.begin(second), Refusal)


def test_a_campaign_is_called_on_its_days_only(database: Database) -> None:
    calls = List(database, replace(TERMS, first_day=date(2026, 11, 27)))
    lead = calls.next()
    assert lead is not None
    assert isinstance(calls.begin(lead), Refusal)
    tomorrow = NOW + timedelta(days=1)
    again = calls.next(now=tomorrow)
    assert again is not None
    assert isinstance(calls.begin(again, now=tomorrow), Begun)


def test_the_do_not_call_list_holds_when_a_number_is_taken_and_when_it_is_dialled(calls: List) -> None:
    lead = calls.next()
    assert lead is not None
    calls.do(put_do_not_call, [DoNotCallFields("+86 138-0000-0000", "本人要求")], calls.agents[0], NOW)
    refusal = calls.begin(lead)
    assert isinstance(refusal, Refusal)
    assert "本人要求" in refusal.zh
    assert calls.do(get_lead, lead.id).state is LeadState.FAILED
    calls.do(
        put_do_not_call, [DoNotCallFields("13800000001", "法务"), DoNotCallFields("13800000002", "", TODAY)], None, NOW
    )
    assert calls.next() is None, "both are on the list today"
    states = calls.do(progress_of, calls.id).states
    assert states == {LeadState.FAILED: 3}


def test_an_entry_that_ended_forbids_nothing(calls: List) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert calls.do(put_do_not_call, [DoNotCallFields("13800000000", "", yesterday)], None, NOW) == (1, 0)
    assert calls.do(do_not_call_entry, "13800000000", TODAY) is None
    assert calls.do(do_not_call_entry, "013800000000", yesterday) is not None
    lead = calls.next()
    assert lead is not None
    assert isinstance(calls.begin(lead), Begun)
    assert [one.number for one in calls.do(list_do_not_call, "8000")] == ["13800000000"]
    with pytest.raises(InputError):
        calls.do(put_do_not_call, [DoNotCallFields("kein", "")], None, NOW)


def test_the_rate_holds_whoever_dials(database: Database) -> None:
    calls = List(database, replace(TERMS, calls_per_min=6))
    assert calls.do(take_turn, calls.id, NOW)
    assert not calls.do(take_turn, calls.id, NOW + timedelta(seconds=9))
    lead = calls.next()
    assert lead is not None
    assert isinstance(calls.begin(lead, now=NOW + timedelta(seconds=9)), Refusal)
    assert calls.do(held_lead, calls.agents[0], NOW + timedelta(seconds=9)).id == lead.id, "it stays the agent's"
    assert isinstance(calls.begin(lead, now=NOW + timedelta(seconds=10)), Begun)


def test_a_call_that_a_crash_cut_off_is_not_placed_again_at_once(calls: List) -> None:
    lead = calls.next()
    assert lead is not None
    begun = calls.begin(lead)
    assert isinstance(begun, Begun)
    with pytest.raises(ConflictError, match="already"):
        calls.begin(lead)
    with pytest.raises(ConflictError, match="Hang up"):
        calls.do(give_back, lead.id, calls.agents[0], "x", NOW, again_at=None)
    # Here the server dies. The hold ends by itself.
    much_later = NOW + timedelta(seconds=RING_S + NEWS_S)
    assert calls.do(free_expired, much_later - timedelta(seconds=1)) == 0
    assert calls.do(free_expired, much_later) == 1
    lost = calls.do(get_lead, lead.id)
    assert (lost.state, lost.last_outcome, lost.attempts) == (LeadState.LATER, Outcome.LOST, 1)
    assert lost.next_at == much_later + timedelta(minutes=TERMS.no_answer_min)
    assert calls.do(free_expired, much_later) == 0


def test_a_long_call_keeps_its_number_and_is_found_again(calls: List) -> None:
    lead = calls.next()
    assert lead is not None
    begun = calls.begin(lead)
    assert isinstance(begun, Begun)
    (known,) = calls.do(open_attempts, calls.agents[0])
    assert (known.id, known.call_id, known.number_key) == (begun.attempt_id, "", "13800000000")
    calls.do(note_call, begun.attempt_id, "k1")
    calls.do(note_answer, begun.attempt_id, NOW)
    hour = NOW + timedelta(hours=1)
    assert calls.do(free_expired, hour) == 0
    assert calls.do(held_lead, calls.agents[0], hour).state is LeadState.CALLED
    other = calls.do(add_campaign, replace(TERMS, name="另一个"), calls.agents[0], NOW)
    calls.do(put_leads, other, [LeadFields("13800000000")], NOW)
    assert calls.do(take_next, other, calls.agents[1], now=hour, hold_s=HOLD_S, today=TODAY) is None
    calls.do(end_attempt, begun.attempt_id, Outcome.ANSWERED, hour)
    calls.do(end_attempt, begun.attempt_id, Outcome.BUSY, hour)
    assert calls.do(attempts_of, lead.id)[0].outcome is Outcome.ANSWERED, "the first end stands"
    assert calls.do(take_next, other, calls.agents[1], now=hour, hold_s=HOLD_S, today=TODAY) is not None


def test_results_end_a_number_or_have_it_called_again_by_the_same_agent(calls: List) -> None:
    lead = calls.called(Outcome.ANSWERED)
    with pytest.raises(ConflictError):
        calls.do(give_result, lead.id, calls.agents[1], "成交", note="", now=NOW)
    at = NOW + timedelta(hours=3)
    calls.do(give_result, lead.id, calls.agents[0], "", note="下午再打", now=NOW, again_at=at)
    again = calls.do(get_lead, lead.id)
    assert (again.state, again.next_at, again.owner_id) == (LeadState.LATER, at, calls.agents[0])
    assert calls.next(1, at).id != lead.id, "it is the first agent's"
    assert calls.next(0, at).id == lead.id, "what is due comes first"
    second = calls.called(Outcome.ANSWERED, NOW + timedelta(seconds=1))
    calls.do(give_result, second.id, calls.agents[0], "拒绝", note="别再打了", now=NOW, do_not_call=True)
    assert calls.do(do_not_call_entry, second.number, TODAY).reason == "别再打了"
    progress = calls.do(progress_of, calls.id)
    assert progress.results == {"拒绝": 1}
    assert progress.outcomes == {Outcome.ANSWERED: 2}


def test_numbers_are_assigned_evenly_by_owner_and_taken_by_their_agent(database: Database) -> None:
    calls = List(database, numbers=5)
    assert calls.do(assign_evenly, calls.id, calls.agents) == 5
    assert Counter(one.owner_id for one in calls.do(list_leads, calls.id)) == {calls.agents[0]: 3, calls.agents[1]: 2}
    assert calls.do(assign_evenly, calls.id, [calls.agents[1]]) == 0
    taken = [calls.next(1).number for _ in range(2)]
    assert taken == ["13800000001", "13800000003"]
    assert calls.next(1) is None, "the others are somebody else's"
    with pytest.raises(InputError):
        calls.do(assign_evenly, calls.id, [])


def test_numbers_of_customers_go_to_the_customers_owners(calls: List) -> None:
    fields = CustomerFields("王女士", numbers=("13900000001",), owner_id=calls.agents[1])
    customer_id = calls.do(add_customer, fields, NOW)
    assert calls.do(put_leads, calls.id, [LeadFields("+86 139 0000 0001"), LeadFields("13800000000")], NOW) == (1, 1)
    (lead,) = [one for one in calls.do(list_leads, calls.id) if one.customer_id == customer_id]
    assert (lead.name, lead.owner_id) == ("王女士", None)
    assert calls.do(assign_by_owner, calls.id) == 1
    assert calls.do(get_lead, lead.id).owner == "坐席1"


def test_progressive_agents_are_those_who_joined_what_runs(database: Database) -> None:
    calls = List(database, replace(TERMS, mode=CampaignMode.PROGRESSIVE))
    calls.do(join, calls.id, calls.agents[1], NOW)
    assert calls.do(progressive_agents, TODAY) == [(calls.agents[1], calls.id)]
    calls.do(set_state, calls.id, CampaignState.PAUSED)
    assert calls.do(progressive_agents, TODAY) == []
    calls.do(set_state, calls.id, CampaignState.ENDED)
    with pytest.raises(ConflictError):
        calls.do(set_state, calls.id, CampaignState.RUNNING)


def test_many_agents_on_two_servers_never_get_the_same_number(empty_url: str, tmp_path) -> None:
    """Each thread is an agent; half of them at another connection pool, as another server has it."""
    servers = [open_database(database_url(empty_url, tmp_path)) for _ in range(2)]
    upgrade(servers[0])
    agents, numbers = 8, 60
    with servers[0].writing() as session:
        ids = [add_person(session, NewPerson(f"a{n}", f"坐席{n}", Role.AGENT)).id for n in range(agents)]
        campaigns = [add_campaign(session, replace(TERMS, name=f"任务{n}"), ids[0], NOW) for n in range(2)]
        for campaign in campaigns:  # the same numbers on both lists
            set_state(session, campaign, CampaignState.RUNNING)
            put_leads(session, campaign, [LeadFields(f"138000000{n:02}") for n in range(numbers)], NOW)
    got: list[str] = []
    failures: list[BaseException] = []

    def work(place: int) -> None:
        database, campaign = servers[place % 2], campaigns[place // 2 % 2]
        try:
            while True:
                with database.writing() as session:
                    lead = take_next(session, campaign, ids[place], now=NOW, hold_s=HOLD_S, today=TODAY)
                if lead is None:
                    return
                got.append(lead.number_key)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(agents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in servers:
        database.close()
    assert failures == []
    assert len(got) == len(set(got)), "a number was given to two agents"
    # A number that the other list held in the very moment it was looked for waits for the next look.
    assert len(got) >= numbers - agents
