"""Phone book, customers and campaigns for the browser's site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier, TierScheme
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


def put_contact_book(session: Session) -> None:
    """Fill the phone book."""
    put_contacts(session, CONTACTS)
