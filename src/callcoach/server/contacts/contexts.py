"""What the pages of the phone book are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View
from callcoach.store.contacts import Contact, ContactFields


@dataclass(frozen=True, slots=True)
class ContactRows(View):
    """A page of entries."""

    template: ClassVar[str] = "contacts/_rows.html.j2"

    contacts: tuple[Contact, ...]
    following: str
    """Address of the next page; empty: this is the last."""
    text: str
    may_keep: bool


@dataclass(frozen=True, slots=True)
class ContactsPage(View):
    """The phone book; `told` says what was brought in."""

    template: ClassVar[str] = "contacts/list.html.j2"

    rows: ContactRows
    text: str
    may_keep: bool
    told: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class ContactPage(View):
    """One entry, or a new one."""

    template: ClassVar[str] = "contacts/contact.html.j2"

    contact: Contact | None
    fields: ContactFields
    problem: str
