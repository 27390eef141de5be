"""Customers in the database: by number, found, merged, ranked, brought in; an agent finds their own only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier, TierScheme
from callcoach.datapath import Call, Direction
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.calls import add_call
from callcoach.store.customers.cards import (
    add_customer,
    add_note,
    card_by_id,
    change_customer,
    customers_by_number,
    get_customer,
    notes_of,
)
from callcoach.store.customers.keeping import give_tiers, merge_customers, put_customers
from callcoach.store.customers.lists import calls_with, customers_called_alike, list_customers
from callcoach.store.customers.model import CustomerFields, CustomerFilter, CustomerSort
from callcoach.store.engine import Database
from callcoach.store.model import NewPerson, StoredSound
from callcoach.store.people import add_person, as_principal

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
LI = CustomerFields("李先生", "远航物流", ("+86 138 0000 0020", "010-6500 0000"), tags=("月结",), sales=1000.0)


@pytest.fixture
def people(database: Database) -> dict[str, Principal]:
    new = (
        NewPerson("zhang", "张伟", Role.AGENT, ("一组",), ("801",)),
        NewPerson("na", "李娜", Role.AGENT, ("一组",), ("802",)),
        NewPerson("boss", "陈静", Role.ADMINISTRATOR),
    )
    with database.writing() as session:
        return {one.login: as_principal(add_person(session, one)) for one in new}


def added(database: Database, fields: CustomerFields, at: datetime = NOW) -> int:
    with database.writing() as session:
        return add_customer(session, fields, at)


@pytest.mark.parametrize(
    "written", ["13800000020", "+8613800000020", "0138 0000 0020", "sip:13800000020@pbx", "01065000000"]
)
def test_a_customer_is_found_by_any_way_of_writing_a_number(database: Database, written: str) -> None:
    customer_id = added(database, LI)
    added(database, CustomerFields("别人", numbers=("13800000021",)))
    with database.reading() as session:
        (found,) = customers_by_number(session, written)
    assert (found.id, found.name, found.numbers) == (customer_id, "李先生", LI.numbers)


def test_a_number_nobody_has_or_no_number_is_nobodys(database: Database) -> None:
    added(database, CustomerFields("没有号码"))
    with database.reading() as session:
        assert customers_by_number(session, "13800000020") == ()
        assert customers_by_number(session, "") == ()


@pytest.mark.parametrize(
    "asked", ["李", "lxs", "lixiansheng", "远航", "yhwl", "月结", "138-0000-0020", "0106500", "0020"]
)
def test_a_list_is_searched_by_what_one_knows(database: Database, people: dict[str, Principal], asked: str) -> None:
    added(database, LI)
    added(database, CustomerFields("赵女士", "海联", ("13900000001",)))
    with database.reading() as session:
        page = list_customers(session, people["boss"], CustomerFilter(text=asked))
    assert [one.name for one in page.customers] == ["李先生"]


@pytest.mark.parametrize("sort", CustomerSort)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_follow_each_other_without_gap_or_double(
    database: Database, people: dict[str, Principal], sort: CustomerSort, descending: bool
) -> None:
    for number in range(7):
        sales = None if number % 3 == 0 else float(number // 2)
        added(database, CustomerFields(f"客户{number % 2}", numbers=(f"1380000002{number}",), sales=sales))
    seen: list[int] = []
    after = ""
    with database.reading() as session:
        while True:
            page = list_customers(
                session, people["boss"], CustomerFilter(), sort=sort, descending=descending, after=after, limit=2
            )
            seen += [one.id for one in page.customers]
            if not (after := page.next_cursor):
                break
    assert sorted(seen) == list(range(1, 8))
    with database.reading() as session, pytest.raises(InputError):
        list_customers(session, people["boss"], CustomerFilter(), sort=sort, after="bm9uc2Vuc2U")


def test_an_agent_finds_who_they_own_or_have_talked_with(database: Database, people: dict[str, Principal]) -> None:
    own = added(database, CustomerFields("自己的", owner_id=people["zhang"].person_id))
    talked = added(database, LI)
    foreign = added(database, CustomerFields("别人的", numbers=("13900000001",)))
    with database.writing() as session:
        call = Call("c1", Direction.INBOUND, agent="801", remote_number="008613800000020", started_at=NOW)
        add_call(session, call, StoredSound("h1", "a.wav"))
    with database.reading() as session:
        found = {one.id for one in list_customers(session, people["zhang"], CustomerFilter()).customers}
        assert found == {own, talked}
        assert list_customers(session, people["na"], CustomerFilter()).customers == ()
        with pytest.raises(NotFoundError):
            get_customer(session, people["zhang"], foreign)
        assert get_customer(session, people["boss"], foreign).name == "别人的"


def test_calls_are_those_the_viewer_may_see_newest_first(database: Database, people: dict[str, Principal]) -> None:
    with database.writing() as session:
        for number, agent in enumerate(("801", "802", "801")):
            at = NOW.replace(hour=number)
            call = Call(f"c{number}", Direction.INBOUND, agent=agent, remote_number="+86 13800000020", started_at=at)
            add_call(session, call, StoredSound(f"h{number}", "a.wav"))
        other = Call("x", Direction.INBOUND, agent="801", remote_number="13800000021", started_at=NOW)
        add_call(session, other, StoredSound("hx", "a.wav"))
    with database.reading() as session:
        assert [one.id for one in calls_with(session, people["boss"], ("13800000020",))] == ["c2", "c1", "c0"]
        assert [one.id for one in calls_with(session, people["zhang"], ("13800000020",))] == ["c2", "c0"]
        assert calls_with(session, people["boss"], ("",)) == ()


def test_doubles_are_found_and_merged_without_loss(database: Database, people: dict[str, Principal]) -> None:
    kept = added(database, LI)
    double = added(
        database,
        CustomerFields(
            "李", "", ("138-0000-0020", "13800000099"), kind=CustomerKind.ANALYTICAL, notes="要发票", tags=("VIP",)
        ),
    )
    with database.writing() as session:
        add_note(session, double, people["zhang"].person_id, "答应回电", now=NOW)
    with database.writing() as session:
        assert [one.id for one in customers_called_alike(session, card_by_id(session, kept))] == [double]
        merge_customers(session, kept, double, NOW)
    with database.reading() as session:
        card = get_customer(session, people["boss"], double)
        assert card.id == kept, "the old address leads to the kept card"
        assert (card.name, card.company, card.kind, card.notes) == (
            "李先生",
            "远航物流",
            CustomerKind.ANALYTICAL,
            "要发票",
        )
        assert card.number_keys == ("13800000020", "1065000000", "13800000099")
        assert card.tags == ("VIP", "月结")
        assert [note.text for note in notes_of(session, kept)] == ["答应回电"]
        assert [one.id for one in customers_by_number(session, "13800000099")] == [kept]
        assert [one.id for one in list_customers(session, people["boss"], CustomerFilter()).customers] == [kept]
    for pair in ((kept, kept), (kept, double)):
        with pytest.raises(ConflictError), database.writing() as session:
            merge_customers(session, *pair, NOW)


def test_tiers_follow_sales_but_for_those_set_by_hand(database: Database) -> None:
    ids = [added(database, CustomerFields(f"客户{sales}", sales=sales)) for sales in (700.0, 200.0, 100.0)]
    by_hand = added(database, CustomerFields("老朋友", sales=0.0, tier=Tier.A))
    unknown = added(database, CustomerFields("没有数据"))
    with database.writing() as session:
        counts = give_tiers(session, TierScheme.ABC)
    assert counts == {Tier.A: 2, Tier.B: 1, Tier.C: 1}
    with database.writing() as session:
        assert [card_by_id(session, one).tier for one in (*ids, by_hand, unknown)] == [
            Tier.A,
            Tier.B,
            Tier.C,
            Tier.A,
            None,
        ]
        change_customer(session, ids[2], CustomerFields("客户", sales=100.0, tier=Tier.B), NOW)
        give_tiers(session, TierScheme.ABC)
        assert card_by_id(session, ids[2]).tier is Tier.B


def test_rows_fill_in_who_is_known_and_join_those_of_one_number(database: Database) -> None:
    customer_id = added(database, LI)
    rows = [
        CustomerFields("", "", ("13800000020",), kind=CustomerKind.AMIABLE, tags=("新标签",)),
        CustomerFields("新客户", "", ("13900000001",)),
        CustomerFields("", "海联", ("139-0000-0001", "13900000002")),
    ]
    with database.writing() as session:
        assert put_customers(session, rows, NOW) == (1, 1)
    with database.reading() as session:
        card = card_by_id(session, customer_id)
        assert (card.name, card.kind, card.tags) == ("李先生", CustomerKind.AMIABLE, ("新标签", "月结"))
        (new,) = customers_by_number(session, "13900000002")
        assert (new.name, new.company, len(new.numbers)) == ("新客户", "海联", 2)


@pytest.mark.parametrize(
    "fields",
    [
        CustomerFields(""),
        CustomerFields("x", numbers=tuple(f"138000000{n:02}" for n in range(21))),
        CustomerFields("x", sales=1e16),
        CustomerFields("x", owner_id=999),
    ],
)
def test_a_card_that_cannot_be_is_refused(database: Database, fields: CustomerFields) -> None:
    with pytest.raises(InputError), database.writing() as session:
        add_customer(session, fields, NOW)


def test_each_of_many_is_found_by_number(database: Database, people: dict[str, Principal]) -> None:
    rows = [
        CustomerFields(f"客户{number}", f"公司{number % 900}", (f"13{number:09}",), sales=float(number))
        for number in range(1500)
    ]
    with database.writing() as session:
        assert put_customers(session, rows, NOW) == (1500, 0)
    with database.reading() as session:
        for number in range(0, 1500, 97):
            (found,) = customers_by_number(session, f"+86 13{number:09}")
            assert found.name == f"客户{number}"
            assert calls_with(session, people["boss"], found.number_keys) == ()
