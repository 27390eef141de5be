"""What the pages of softphones are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.line.standing import PhoneStanding
from callcoach.server.pages.rendering import View
from callcoach.server.phones.kept import KeptPhone
from callcoach.store.model import Person
from callcoach.store.sip_accounts import SipAccount


@dataclass(frozen=True, slots=True)
class PhoneLineOfList:
    """One person's softphone."""

    person: Person
    account: SipAccount | None
    kept: KeptPhone | None
    """None: the server does not run it."""
    standing: PhoneStanding | None
    """None: it is not connected."""
    trouble: str
    """Why the server cannot even start it; empty: it can."""


@dataclass(frozen=True, slots=True)
class PhonesPage(View):
    """The softphones of everybody who is active."""

    template: ClassVar[str] = "phones/phones.html.j2"

    phones: tuple[PhoneLineOfList, ...]
    is_on: bool
    """Whether this server runs softphones."""


@dataclass(frozen=True, slots=True)
class AccountFields:
    """What the form of an account holds; never the password."""

    extension: str = ""
    auth_user: str = ""
    registrar: str = ""
    display_name: str = ""
    starts: bool = False


@dataclass(frozen=True, slots=True)
class PhonePage(View):
    """One person's account and softphone."""

    template: ClassVar[str] = "phones/phone.html.j2"

    phone: PhoneLineOfList
    fields: AccountFields
    is_on: bool
    registrar: str
    """Of the settings."""
    problem: str = ""
    saved: bool = False
