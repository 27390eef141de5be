"""Customers as the store takes and gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier


@dataclass(frozen=True, slots=True)
class CustomerFields:
    """What a card says."""

    name: str
    company: str = ""
    numbers: tuple[str, ...] = ()
    tier: Tier | None = None
    """None: by the rule, or not known yet."""
    kind: CustomerKind | None = None
    sales: float | None = None
    owner_id: int | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's card."""

    id: int
    name: str
    company: str
    numbers: tuple[str, ...]
    number_keys: tuple[str, ...]
    """The numbers as they are compared; calls carry the same."""
    tier: Tier | None
    tier_by_hand: bool
    kind: CustomerKind | None
    sales: float | None
    owner_id: int | None
    owner: str
    """The owner's name."""
    notes: str
    tags: tuple[str, ...]
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerNote:
    """What somebody noted."""

    id: int
    at: datetime
    person: str
    call_id: str
    text: str


class CustomerSort(StrEnum):
    """What a list is sorted by."""

    CHANGED = "changed"
    NAME = "name"
    SALES = "sales"


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers are wanted; what is None or empty does not matter."""

    text: str = ""
    """Words that the name, company, a tag or a number holds; pinyin and initials too."""
    tier: Tier | None = None
    kind: CustomerKind | None = None
    owner_id: int | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A page of customers; `next_cursor` is empty on the last one."""

    customers: tuple[Customer, ...]
    next_cursor: str
