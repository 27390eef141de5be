"""Phone book, customers and campaigns for the browser's site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from callcoach.campaigns.calling_hours import MIDNIGHT_MIN, CallingHours
from callcoach.campaigns.outcomes import CampaignMode, CampaignState, Outcome
from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier, TierScheme
from callcoach.store.campaigns.attempts import end_attempt, give_result, note_answer
from callcoach.store.campaigns.beginning import Begun, begin_call
from callcoach.store.campaigns.do_not_call import DoNotCallFields, put_do_not_call
from callcoach.store.campaigns.keeping import add_campaign, set_state
from callcoach.store.campaigns.leads import assign_evenly, put_leads
from callcoach.store.campaigns.model import CampaignTerms, LeadFields
from callcoach.store.campaigns.taking import take_next
from callcoach.store.contacts import ContactFields, put_contacts
from callcoach.store.customers.cards import add_customer, add_note, change_customer
from callcoach.store.customers.keeping import give_tiers
from callcoach.store.customers.model import CustomerFields

CONTACTS = (
    ContactFields("8000", "总机", "行政部", "工作日 9:00 至 18:00"),
    ContactFields("8001", "张伟", "售后一组"),
    ContactFields("8002", "李娜", "售后一组"),
    ContactFields("8003", "赵磊", "售后二组", "英语"),
    ContactFields("8010", "单雪梅", "财务部", "发票、对账；周二、周四下午不在"),
    ContactFields("8011", "欧阳建国", "财务部"),
    ContactFields("8020", "曾队长", "车队", "夜间转 138 0000 0020"),
    ContactFields("8030", "法务与合规值班", "法务部"),
    ContactFields("010-6500 0000", "华北仓值班室", "仓储中心"),
    ContactFields("0755-8600 0000", "深圳口岸报关行", "外部", "报关、查验、退运"),
)


CUSTOMERS = (
    CustomerFields(
        "李志强",
        "远航国际货运",
        ("+86 138 0000 0020", "010-6500 1234"),
        kind=CustomerKind.ANALYTICAL,
        sales=862_000.0,
        notes="月底对账，发票抬头用全称",
        tags=("月结", "冷链"),
    ),
    CustomerFields("王敏", "海联进出口", ("13900000001",), kind=CustomerKind.DOMINANT, sales=208_500.0, tags=("月结",)),
    CustomerFields("赵晓燕", "晓燕花艺", ("13700000002", "13700000003"), kind=CustomerKind.EXPRESSIVE, sales=64_300.0),
    CustomerFields("周建平", "", ("13600000004",), kind=CustomerKind.AMIABLE, sales=8_800.0, tags=("老客户",)),
    CustomerFields("吴桂芳", "桂芳土特产经营部", ("0755-8600 0101",), sales=2_100.0),
    CustomerFields("李志强", "远航国际货运", ("138-0000-0020",), notes="网站注册时留下的"),
    CustomerFields("郑凯", "凯行汽车配件有限公司深圳分公司售后服务中心", ("13500000006",)),
)


def put_customer_cards(session: Session, owner_id: int) -> None:
    """Make cards: with tips, without, doubles; ranked, one by hand."""
    now = datetime(2026, 1, 31, 10, tzinfo=UTC)
    ids = [add_customer(session, one, now) for one in CUSTOMERS]
    give_tiers(session, TierScheme.ABC)
    change_customer(session, ids[3], replace(CUSTOMERS[3], tier=Tier.A, owner_id=owner_id), now)
    add_note(session, ids[0], owner_id, "答应明天上午把签收单发过去", now=now)
    add_note(session, ids[0], owner_id, "对运费差额有疑问，已说明计费重量", now=now)


def put_campaigns(session: Session, owner_id: int, agents: Sequence[int]) -> None:
    """Make campaigns: one at work with every state and outcome, one that waits; and the do-not-call list."""
    now = datetime(2026, 1, 31, 2, tzinfo=UTC)
    hours = CallingHours(UTC, dict.fromkeys(range(7), ((0, MIDNIGHT_MIN),)))
    terms = CampaignTerms(
        "一月到货回访",
        first_day=date(2026, 1, 20),
        last_day=date(2026, 12, 31),
        goals={"满意": 20, "有意见": 0, "要回电": 0},
    )
    campaign_id = add_campaign(session, replace(terms, calls_per_min=600), owner_id, now)
    set_state(session, campaign_id, CampaignState.RUNNING)
    numbers = [
        LeadFields(f"138 0000 00{number:02}", f"客户{number:02}", "签收后第三天" if number % 3 else "")
        for number in range(19, 40)
    ]
    put_leads(session, campaign_id, numbers, now)
    assign_evenly(session, campaign_id, agents)
    outcomes = (
        Outcome.ANSWERED,
        Outcome.BUSY,
        Outcome.ANSWERED,
        Outcome.NO_ANSWER,
        Outcome.WRONG_NUMBER,
        Outcome.ANSWERED,
    )
    for place, outcome in enumerate(outcomes):
        at, agent = now + timedelta(minutes=place), agents[place % len(agents)]
        lead = take_next(session, campaign_id, agent, now=at, hold_s=60, today=at.date())
        assert lead is not None
        begun = begin_call(session, lead.id, agent, now=at, hours=hours, ring_s=30)
        assert isinstance(begun, Begun)
        if outcome is Outcome.ANSWERED:
            note_answer(session, begun.attempt_id, at)
        end_attempt(session, begun.attempt_id, outcome, at, detail="486 Busy Here" if outcome is Outcome.BUSY else "")
        if outcome is Outcome.ANSWERED and place:
            give_result(session, lead.id, agent, "满意", note="货物完好，当天签收", now=at)
    add_campaign(session, CampaignTerms("春季新品通知", CampaignMode.PROGRESSIVE), owner_id, now)
    forbidden = [
        DoNotCallFields("139 0000 0088", "本人要求不再来电"),
        DoNotCallFields("010-6500 9999", "法务：诉讼期间不联系", date(2099, 6, 30)),
        DoNotCallFields("13700000077", "空号"),
    ]
    put_do_not_call(session, forbidden, owner_id, now)


def put_contact_book(session: Session) -> None:
    """Fill the phone book."""
    put_contacts(session, CONTACTS)
