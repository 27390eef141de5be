"""What the pages of one's own account are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.principal import Scope
from callcoach.server.pages.rendering import View
from callcoach.store.model import ApiToken, Person


@dataclass(frozen=True, slots=True)
class AccountPage(View):
    """Who one is, and changing the password."""

    template: ClassVar[str] = "account/account.html.j2"

    person: Person
    has_password: bool
    """False: signs in by the provider only."""
    min_length: int
    problem: str = ""
    """Why the password was not changed."""
    changed: bool = False
    """Whether it was, just now."""


@dataclass(frozen=True, slots=True)
class TokensPage(View):
    """One's own API tokens."""

    template: ClassVar[str] = "account/tokens.html.j2"

    tokens: tuple[ApiToken, ...]
    """Those in force or expired, newest first; revoked ones are left out."""
    expired: frozenset[int]
    """Ids of those that have expired."""
    scopes: tuple[Scope, ...]
    """Those that one's role has a use for."""
    lifetimes_days: tuple[int, ...]
    made: str = ""
    """A token just made, shown this once."""
    problem: str = ""
