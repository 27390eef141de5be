"""Customers as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from callcoach.customers.numbers import number_key
from callcoach.server.customers.tips import KINDS, TIERS
from callcoach.server.exports.tables import Cell
from callcoach.server.imports.columns import CellError, Column, amount_of, numbers_of, one_of, text_of, words_of
from callcoach.server.imports.importing import Importer
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.customers.keeping import owners_of_numbers, put_customers
from callcoach.store.customers.model import Customer, CustomerFields
from callcoach.store.people import list_people

_TIER_WORDS = {word.lower(): tier for tier, words in TIERS.items() for word in (*words, tier.value)}
_KIND_WORDS = {word.lower(): kind for kind, words in KINDS.items() for word in (*words.name, kind.value)}


def customer_columns(services: Services) -> tuple[Column, ...]:
    """Return the columns; an owner is known by login or name."""
    with services.database.reading() as session:
        people = list_people(session)
    owners = {word.lower(): person.id for person in people for word in (person.login, person.name)}
    return (
        Column("name", ("姓名", "客户", "名称", "Name", "Customer"), text_of(120)),
        Column("company", ("公司", "单位", "Company"), text_of(120)),
        Column("numbers", ("号码", "电话", "手机", "Number", "Numbers", "Phone"), numbers_of, required=True),
        Column("tier", ("分级", "等级", "Tier"), one_of(_TIER_WORDS)),
        Column("kind", ("类型", "Type"), one_of(_KIND_WORDS)),
        Column("sales", ("销售额", "金额", "Sales"), amount_of),
        Column("owner_id", ("负责人", "Owner"), one_of(owners)),
        Column("tags", ("标签", "Tags"), words_of),
        Column("notes", ("备注", "Notes"), text_of(4000)),
    )


def customer_importer(services: Services, title: str) -> Importer[CustomerFields]:
    """Return what brings customers in; a row with a number that is known fills in that customer's card."""

    def count(records: tuple[CustomerFields, ...]) -> tuple[int, int]:
        with services.database.reading() as session:
            known = owners_of_numbers(session, (number_key(one) for record in records for one in record.numbers))
        seen: set[str] = set()
        changed: set[int] = set()
        added = 0
        for record in records:
            keys = {number_key(one) for one in record.numbers}
            owner = next((known[key] for key in keys if key in known), None)
            if owner is not None:
                changed.add(owner)
            elif not keys & seen:
                added += 1
            seen |= keys
        return added, len(changed)

    def put(records: tuple[CustomerFields, ...], doer: Doer) -> tuple[int, int]:
        with services.database.writing() as session:
            done = put_customers(session, records, services.now())
            note(session, "customers.import", detail={"added": done[0], "changed": done[1]}, **doer)
        return done

    return Importer(title, "/customers", customer_columns(services), _fields, count, put)


def customer_cells(customers: tuple[Customer, ...]) -> Iterator[tuple[Cell, ...]]:
    """Yield customers as the rows that `customer_columns` reads."""
    for one in customers:
        yield (
            one.name,
            one.company,
            ";".join(one.numbers),
            TIERS[one.tier].zh if one.tier and one.tier_by_hand else "",
            KINDS[one.kind].name.zh if one.kind else "",
            one.sales,
            one.owner,
            ";".join(one.tags),
            one.notes,
        )


def _fields(values: Mapping[str, Any]) -> CustomerFields:
    fields = CustomerFields(**{"name": "", **values})
    if len(fields.numbers) > 20 or len(fields.tags) > 20:
        raise CellError("号码或标签超过 20 个", "has more than 20 numbers or tags")
    return fields
