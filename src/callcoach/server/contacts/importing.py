"""The phone book as rows of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcoach.customers.numbers import number_key
from callcoach.server.imports.columns import Column, number_of, text_of
from callcoach.server.imports.importing import Importer
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.contacts import ContactFields, known_contact_keys, put_contacts

COLUMNS = (
    Column("number", ("号码", "分机", "电话", "Number", "Extension", "Phone"), number_of, required=True),
    Column("name", ("姓名", "名称", "Name"), text_of(120), required=True),
    Column("department", ("部门", "Department"), text_of(120)),
    Column("notes", ("备注", "说明", "Notes"), text_of(2000)),
)


def contact_importer(services: Services, title: str) -> Importer[ContactFields]:
    """Return what brings contacts in; an entry of the same number is replaced."""

    def count(records: tuple[ContactFields, ...]) -> tuple[int, int]:
        keys = {number_key(one.number) for one in records}
        with services.database.reading() as session:
            known = known_contact_keys(session, keys)
        return len(keys) - len(known), len(known)

    def put(records: tuple[ContactFields, ...], doer: Doer) -> tuple[int, int]:
        with services.database.writing() as session:
            done = put_contacts(session, records)
            note(session, "contacts.import", detail={"added": done[0], "changed": done[1]}, **doer)
        return done

    return Importer(title, "/contacts", COLUMNS, _fields, count, put)


def _fields(values: Mapping[str, Any]) -> ContactFields:
    return ContactFields(**values)
