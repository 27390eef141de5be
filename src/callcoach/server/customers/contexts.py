"""What the pages of customers are told, and the part of a card that stands at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier
from callcoach.reports.wording import Words
from callcoach.server.calls.contexts import Heading
from callcoach.server.customers.history import HistoryItem
from callcoach.server.customers.tips import KindWords
from callcoach.server.pages.rendering import View
from callcoach.store.customers.model import Customer, CustomerFields


@dataclass(frozen=True, slots=True)
class DeskCard(View):
    """The card of who is on the line: `GET /desk/card?number=…` gives it alone, for the desk's side panel.

    Its forms come back to itself: they replace `#desk-card`.
    """

    template: ClassVar[str] = "customers/_desk_card.html.j2"

    number: str
    """As the telephone system gave it."""
    call_id: str
    customer: Customer | None
    """None: nobody is known by this number, and the form of a new card is shown."""
    others: tuple[Customer, ...]
    """Further customers of the same number."""
    contact: str
    """Name and department of a colleague whose number it is; empty: nobody's."""
    items: tuple[HistoryItem, ...]
    do_not_call: str
    """Why and until when the number is not called from lists; empty: it may be."""
    crm: str
    """Address of the CRM at this call; empty: none."""
    tiers: tuple[Tier, ...]
    tier_words: Mapping[Tier, Words]
    kinds: Mapping[CustomerKind, KindWords]
    may_edit: bool
    problem: str


@dataclass(frozen=True, slots=True)
class CustomerRows(View):
    """A page of customers."""

    template: ClassVar[str] = "customers/_rows.html.j2"

    customers: tuple[Customer, ...]
    numbers: Mapping[int, tuple[str, ...]]
    """Numbers of each as they are shown in lists."""
    headings: Mapping[str, Heading]
    first: str
    following: str
    files: tuple[str, ...]
    is_filtered: bool
    tier_words: Mapping[Tier, Words]
    kinds: Mapping[CustomerKind, KindWords]


@dataclass(frozen=True, slots=True)
class CustomersPage(View):
    """The list of customers."""

    template: ClassVar[str] = "customers/list.html.j2"

    rows: CustomerRows
    shown: Mapping[str, str]
    """The value of every field of the filter."""
    tiers: tuple[Tier, ...]
    tier_words: Mapping[Tier, Words]
    kinds: Mapping[CustomerKind, KindWords]
    owners: tuple[tuple[int, str], ...]
    tags: tuple[str, ...]
    may_edit: bool
    may_keep: bool
    told: tuple[str, str] | None
    """How many were brought in and changed."""
    ranked: str
    """How many customers each tier got, in words; empty: they were not given now."""


@dataclass(frozen=True, slots=True)
class CustomerPage(View):
    """One card with all that is known, or the form of a new one."""

    template: ClassVar[str] = "customers/customer.html.j2"

    customer: Customer | None
    fields: CustomerFields
    items: tuple[HistoryItem, ...]
    doubles: tuple[Customer, ...]
    owners: tuple[tuple[int, str], ...]
    tiers: tuple[Tier, ...]
    tier_words: Mapping[Tier, Words]
    kinds: Mapping[CustomerKind, KindWords]
    may_edit: bool
    saved: bool
    problem: str
