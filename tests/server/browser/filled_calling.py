"""Phone book, customers and campaigns for the browser's site."""

from __future__ import annotations

from sqlalchemy.orm import Session

from callcoach.store.contacts import ContactFields, put_contacts

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


def put_contact_book(session: Session) -> None:
    """Fill the phone book."""
    put_contacts(session, CONTACTS)
