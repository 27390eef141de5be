"""Numbers of a campaign, and of the do-not-call list, as rows of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcoach.customers.numbers import number_key
from callcoach.server.imports.columns import Column, day_of, number_of, one_of, text_of
from callcoach.server.imports.importing import Importer
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.campaigns.do_not_call import DoNotCallFields, known_do_not_call, put_do_not_call
from callcoach.store.campaigns.leads import known_numbers, put_leads
from callcoach.store.campaigns.model import LeadFields
from callcoach.store.people import list_people

_NUMBER = Column("number", ("号码", "电话", "手机", "Number", "Phone"), number_of, required=True)
DO_NOT_CALL_COLUMNS = (
    _NUMBER,
    Column("reason", ("原因", "Reason"), text_of(400)),
    Column("until", ("截止日期", "有效期至", "Until"), day_of),
)


def lead_importer(services: Services, campaign_id: int, title: str) -> Importer[LeadFields]:
    """Return what brings numbers into a campaign; one that is on its list stays as it is."""
    with services.database.reading() as session:
        people = list_people(session)
    owners = {word.lower(): person.id for person in people for word in (person.login, person.name)}
    columns = (
        _NUMBER,
        Column("name", ("姓名", "客户", "Name"), text_of(120)),
        Column("note", ("备注", "说明", "Note", "Notes"), text_of(2000)),
        Column("owner_id", ("坐席", "负责人", "Agent", "Owner"), one_of(owners)),
    )

    def count(records: tuple[LeadFields, ...]) -> tuple[int, int]:
        keys = {number_key(one.number) for one in records}
        with services.database.reading() as session:
            known = known_numbers(session, campaign_id, keys)
        return len(keys) - len(known), len(known)

    def put(records: tuple[LeadFields, ...], doer: Doer) -> tuple[int, int]:
        with services.database.writing() as session:
            done = put_leads(session, campaign_id, records, services.now())
            about, detail = ("campaign", str(campaign_id)), {"added": done[0], "known": done[1]}
            note(session, "campaign.import", about=about, detail=detail, **doer)
        return done

    return Importer(title, f"/campaigns/{campaign_id}", columns, _lead, count, put)


def do_not_call_importer(services: Services, title: str) -> Importer[DoNotCallFields]:
    """Return what brings numbers into the do-not-call list."""

    def count(records: tuple[DoNotCallFields, ...]) -> tuple[int, int]:
        keys = {number_key(one.number) for one in records}
        with services.database.reading() as session:
            known = known_do_not_call(session, keys)
        return len(keys) - len(known), len(known)

    def put(records: tuple[DoNotCallFields, ...], doer: Doer) -> tuple[int, int]:
        with services.database.writing() as session:
            done = put_do_not_call(session, records, doer["person_id"], services.now())
            note(session, "dnc.import", detail={"added": done[0], "changed": done[1]}, **doer)
        return done

    return Importer(title, "/do-not-call", DO_NOT_CALL_COLUMNS, _do_not_call, count, put)


def _lead(values: Mapping[str, Any]) -> LeadFields:
    return LeadFields(**values)


def _do_not_call(values: Mapping[str, Any]) -> DoNotCallFields:
    return DoNotCallFields(**values)
