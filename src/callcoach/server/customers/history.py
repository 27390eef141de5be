"""What was with a customer before: calls, notes, and whatever other domains keep of them.

A domain that keeps something of customers, such as complaints or callbacks, adds a provider:

    @history_provider
    def complaints_of(services: Services, principal: Principal, customer: Customer, limit: int) -> list[HistoryItem]: …

A provider tells only what the principal may know of. It is asked while a call rings: it answers by an index on the
customer's id or on `customer.number_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcoach.principal import Principal
from callcoach.reports.wording import DIRECTIONS, Words
from callcoach.server.calls.wording import STATES
from callcoach.server.services import Services
from callcoach.store.customers.cards import notes_of
from callcoach.store.customers.lists import calls_with
from callcoach.store.customers.model import Customer
from callcoach.store.model import CallState, CallSummary

NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """Something that was, or is still open, with a customer."""

    at: datetime
    kind: Words
    """Such as 通话 · Call."""
    text: str
    words: Words = NOTHING
    """What is to be said in the reader's language, beside the text."""
    person: str = ""
    address: str = ""
    """Of the page that tells more; empty: there is none."""
    score: float | None = None
    is_open: bool = False
    """Whether somebody still owes the customer something."""


HistoryProvider = Callable[[Services, Principal, Customer, int], Sequence[HistoryItem]]
PROVIDERS: list[HistoryProvider] = []


def history_provider(provider: HistoryProvider) -> HistoryProvider:
    """Have a provider asked for every card."""
    PROVIDERS.append(provider)
    return provider


def history_of(services: Services, principal: Principal, customer: Customer, limit: int) -> tuple[HistoryItem, ...]:
    """Return what was with a customer: open things first, then the newest of each kind."""
    found = [item for provider in PROVIDERS for item in provider(services, principal, customer, limit)]
    return tuple(sorted(found, key=lambda item: (item.is_open, item.at), reverse=True))


@history_provider
def calls_of(services: Services, principal: Principal, customer: Customer, limit: int) -> list[HistoryItem]:
    """Tell the latest calls with the customer's numbers that the principal may see."""
    with services.database.reading() as session:
        calls = calls_with(session, principal, customer.number_keys, limit)
    return [call_item(call) for call in calls]


@history_provider
def noted(services: Services, _: Principal, customer: Customer, limit: int) -> list[HistoryItem]:
    """Tell what was noted."""
    with services.database.reading() as session:
        notes = notes_of(session, customer.id, limit)
    return [HistoryItem(one.at, Words("备注", "Note"), one.text, person=one.person) for one in notes]


def written_numbers(customer: Customer) -> tuple[str, ...]:
    """Return the customer's numbers as they may be written where no key of them is kept."""
    return tuple(dict.fromkeys((*customer.numbers, *customer.number_keys)))


def call_item(call: CallSummary) -> HistoryItem:
    """Return a call as an item."""
    direction = DIRECTIONS[call.direction]
    failed: Any = STATES[call.state] if call.state is CallState.FAILED else NOTHING
    return HistoryItem(
        at=call.started_at,
        kind=Words(f"{direction.zh}通话", f"{direction.en} call"),
        text="",
        words=failed,
        person=call.agent,
        address=f"/calls/{call.id}",
        score=call.score if call.reviewed_score is None else call.reviewed_score,
    )
