"""Whom the demonstration's people talk with, and what is left to do: customers, a campaign, callbacks, a complaint.

Takes a transaction of a data folder whose people are there; everything is written as the pages write it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from callcoach.around.callbacks import CallbackStep
from callcoach.around.complaints import Actor, ComplaintStep, Demand, Level
from callcoach.campaigns.outcomes import CampaignState
from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import TierScheme
from callcoach.principal import Principal
from callcoach.store.around.callbacks import NewCallback, StepTaken, add_callback, take_step
from callcoach.store.around.complaint_model import ComplaintDeed, ComplaintFields, Viewer
from callcoach.store.around.complaints import Origin, Terms, act, record_complaint
from callcoach.store.campaigns.keeping import add_campaign, set_state
from callcoach.store.campaigns.leads import assign_evenly, put_leads
from callcoach.store.campaigns.model import CampaignTerms, LeadFields
from callcoach.store.contacts import ContactFields, put_contacts
from callcoach.store.customers.cards import add_customer, add_note
from callcoach.store.customers.keeping import give_tiers
from callcoach.store.customers.model import CustomerFields
from callcoach.store.engine import Session

CONTACTS = (
    ContactFields("8000", "总机", "行政部", "工作日 9:00 至 18:00"),
    ContactFields("8010", "单雪梅", "财务部", "发票、对账"),
    ContactFields("8020", "曾队长", "车队", "夜间转值班手机"),
    ContactFields("8030", "仓库值班室", "仓储中心"),
)
CUSTOMERS = (
    CustomerFields("李志强", "远航国际货运", kind=CustomerKind.ANALYTICAL, sales=862_000.0, notes="月底对账"),
    CustomerFields("王敏", "海联进出口", kind=CustomerKind.DOMINANT, sales=208_500.0),
    CustomerFields("赵晓燕", "晓燕花艺", kind=CustomerKind.EXPRESSIVE, sales=64_300.0),
    CustomerFields("周建平", "", kind=CustomerKind.AMIABLE, sales=8_800.0, tags=("老客户",)),
)
"""Their numbers are those of calls, so that a card shows who called."""
COMPLAINT = ComplaintFields(
    customer="王敏",
    order_number="D-0117",
    department="仓库",
    product="对开门冰箱",
    quantity=Decimal(1),
    amount=Decimal("1280.50"),
    complaint="收到时外箱破损，门上有一道凹痕，要求赔偿并在本周内答复。",
    evidence="照片三张",
    demand=next(iter(Demand)),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: an administrator, agents by id, and the numbers of customers who called."""

    boss: Principal
    agents: tuple[int, ...]
    numbers: tuple[str, ...]


def put_around(session: Session, cast: Cast, terms: Terms, now: datetime) -> None:
    """Fill what is around calls; `terms` are the site's limits of complaints."""
    put_contacts(session, CONTACTS)
    for number, fields in zip(cast.numbers, CUSTOMERS, strict=False):
        card = add_customer(session, replace(fields, numbers=(number,)), now)
        add_note(session, card, cast.agents[0], "答应明天上午把签收单发过去", now=now)
    give_tiers(session, TierScheme.ABC)
    _put_campaign(session, cast, now)
    _put_callbacks(session, cast, now)
    _put_complaint(session, cast, terms, now)


def _put_campaign(session: Session, cast: Cast, now: datetime) -> None:
    terms = CampaignTerms("到货回访", goals={"满意": 20, "有意见": 0})
    campaign_id = add_campaign(session, terms, cast.boss.person_id, now)
    leads = [LeadFields(f"138000000{number:02}", f"客户{number:02}", "签收后第三天") for number in range(20, 32)]
    put_leads(session, campaign_id, leads, now)
    assign_evenly(session, campaign_id, cast.agents)
    set_state(session, campaign_id, CampaignState.RUNNING)


def _put_callbacks(session: Session, cast: Cast, now: datetime) -> None:
    """Three callbacks: one late, one tried in vain, one to come."""
    for number, (reason, hours) in enumerate((("退款到账了没有", -2), ("换货的物流单号", 3), ("发票进度", 20))):
        new = NewCallback(now + timedelta(hours=hours), cast.numbers[number], "", reason, cast.agents[0])
        made = add_callback(session, cast.boss.person_id, new, now - timedelta(days=1))
        if number == 1:
            tried = StepTaken(CallbackStep.TRY, "占线", now + timedelta(hours=5))
            take_step(session, cast.boss, made, tried, version=None, now=now)


def _put_complaint(session: Session, cast: Cast, terms: Terms, now: datetime) -> None:
    """A complaint that was judged and given to an owner, who has found the reason."""
    began, agent = now - timedelta(hours=5), cast.agents[0]
    viewer = Viewer(cast.boss, Actor(cast.boss.person_id, decides=True, levels=frozenset(Level)))
    made = record_complaint(session, agent, replace(COMPLAINT, number=cast.numbers[1]), Origin(), terms, now=began)
    deeds = (
        ComplaintDeed(ComplaintStep.REPORT, "已电话报告经理"),
        ComplaintDeed(ComplaintStep.JUDGE),
        ComplaintDeed(ComplaintStep.ASSIGN, owner_id=agent),
        ComplaintDeed(ComplaintStep.ANALYSE, "出库时未加护角", changes={"reason": "出库时未加护角"}),
    )
    for minutes, deed in enumerate(deeds, start=1):
        act(session, viewer, made, deed, terms, version=None, now=began + timedelta(minutes=10 * minutes))
