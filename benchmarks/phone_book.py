"""How soon a customer's card is there when the phone rings, and an entry of the phone book while one types.

Through the store alone, on SQLite and, where it is installed, PostgreSQL; and the desk's whole answer, the customer's
calls, callback and complaint on it, in CPU time of the server and this client. Smaller: `--customers 10000`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import SecretStr
from starlette.testclient import TestClient
from tests.peers.postgres import find_programs, running_cluster

from callcoach.datapath import Call, Direction
from callcoach.principal import Principal, Role, Scope
from callcoach.server.app import create_app
from callcoach.server.complaints.terms import terms_of
from callcoach.settings import Settings, WorkSettings
from callcoach.store.around.callbacks import NewCallback, add_callback
from callcoach.store.around.complaint_model import ComplaintFields
from callcoach.store.around.complaints import Origin, record_complaint
from callcoach.store.calls import add_call
from callcoach.store.contacts import ContactFields, put_contacts, search_contacts
from callcoach.store.customers.cards import customers_by_number
from callcoach.store.customers.keeping import put_customers
from callcoach.store.customers.lists import calls_with
from callcoach.store.customers.model import CustomerFields
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.model import NewPerson, StoredSound
from callcoach.store.people import add_person, as_principal
from callcoach.store.schema import upgrade
from callcoach.store.tokens import make_token

CONTACTS = 100_000
ASKED = 200
CALLS = 5
"""Of each customer who is asked for, with a callback and a complaint."""


@contextmanager
def filled(url: str, folder: Path, customers: int) -> Iterator[tuple[Database, Principal]]:
    """Yield a database with that many customers and 100,000 contacts, and who asks."""
    database = open_database(database_url(url, folder))
    upgrade(database)
    cards = [
        CustomerFields(f"客户{number}", f"公司{number % 900}", (f"13{number:09}",), sales=float(number))
        for number in range(customers)
    ]
    contacts = [ContactFields(f"7{number:05}", f"坐席{number}", "热线") for number in range(CONTACTS)]
    with database.writing() as session:
        put_customers(session, cards, datetime.now(tz=UTC))
        put_contacts(session, contacts)
        boss = as_principal(add_person(session, NewPerson("boss", "陈静", Role.ADMINISTRATOR)))
    yield database, boss
    database.close()


def timed(what: Callable[[int], object], numbers: Iterable[int], clock: Callable[[], float] = time.perf_counter) -> str:
    """Return p50 and p95 in ms as table cells, after one request that fills the caches."""
    took: list[float] = []
    what(0)
    for number in numbers:
        begun = clock()
        what(number)
        took.append((clock() - begun) * 1000)
    return f"{np.percentile(took, 50):.1f} | {np.percentile(took, 95):.1f}"


def rows(kind: str, database: Database, boss: Principal, customers: int) -> Iterator[str]:
    """Yield the table rows of one database."""

    def card(number: int) -> None:
        with database.reading() as session:
            (found,) = customers_by_number(session, f"+86 13{number:09}")
            calls_with(session, boss, found.number_keys)

    def contact(number: int) -> None:
        with database.reading() as session:
            search_contacts(session, f"zx{number % 1000}" if number % 2 else f"坐席{number % CONTACTS}")

    asked = asked_of(customers)
    yield f"| {kind} | card and calls by number, of {customers:,} | {timed(card, asked)} |"
    yield f"| {kind} | phone book by name or pinyin, of {CONTACTS:,} | {timed(contact, asked)} |"


def asked_of(customers: int) -> list[int]:
    """Return the customers who are asked for."""
    return np.random.default_rng(1).integers(0, customers, ASKED).tolist()


def put_history(database: Database, boss: Principal, customers: int) -> None:
    """Put calls, a callback and a complaint of each who is asked for."""
    now = datetime.now(tz=UTC)
    with database.writing() as session:
        for customer in dict.fromkeys((0, *asked_of(customers))):
            number = f"13{customer:09}"
            for call in range(CALLS):
                one = Call(f"{number}-{call}", Direction.INBOUND, remote_number=number, started_at=now)
                add_call(session, one, StoredSound(one.id, "a.wav"))
            add_callback(session, boss.person_id, NewCallback(now, number, reason="发票"), now)
            terms = terms_of(Settings())
            fields = ComplaintFields(number=number, complaint="少发一台")
            record_complaint(session, boss.person_id, fields, Origin(), terms, now=now)


def whole_answer(kind: str, url: str, folder: Path, database: Database, *, boss: Principal, customers: int) -> str:
    """Return the table row of the desk's whole answer."""
    put_history(database, boss, customers)
    with database.writing() as session:
        headers = {"Authorization": f"Bearer {make_token(session, boss.person_id, 'bench', tuple(Scope))}"}
    settings = Settings(data_dir=folder, database_url=SecretStr(url), work=WorkSettings(calls_at_once=0))
    with TestClient(create_app(settings)) as client:

        def card(number: int) -> None:
            path = f"/desk/card?number=%2B8613{number:09}&call_id=x&direction=inbound"
            if client.get(path, headers=headers).status_code != 200:
                raise RuntimeError(path)

        cells = timed(card, asked_of(customers), time.process_time)
    return f"| {kind} | `/desk/card` whole, CPU | {cells} |"


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    customers = parser.parse_args().customers
    print("## Who calls\n")
    print(f"`python -m benchmarks.phone_book --customers {customers}`; {ASKED} look-ups each, in ms.\n")
    print("| database | look-up | p50 | p95 |\n| --- | --- | ---: | ---: |")
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": ""}
        if (programs := find_programs()) is not None:
            urls["PostgreSQL"] = stack.enter_context(running_cluster(programs)).new_database()
        for kind, url in urls.items():
            print(f"filling {kind}", file=sys.stderr, flush=True)
            database, boss = stack.enter_context(filled(url, Path(folder), customers))
            print("\n".join(rows(kind, database, boss, customers)), flush=True)
            print(whole_answer(kind, url, Path(folder), database, boss=boss, customers=customers), flush=True)


if __name__ == "__main__":
    main()
