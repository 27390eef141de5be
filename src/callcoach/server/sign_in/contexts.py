"""What the pages of signing in are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View
from callcoach.store.model import Person


@dataclass(frozen=True, slots=True)
class SignInPage(View):
    """Login and password, or the way to the provider."""

    template: ClassVar[str] = "sign_in/sign_in.html.j2"

    next_path: str
    """Where to go afterwards."""
    login: str = ""
    """What was typed before."""
    problem: str = ""
    """Why it did not work; empty: it was not tried."""
    provider: str = ""
    """Name of the OpenID Connect provider; empty: there is none."""


@dataclass(frozen=True, slots=True)
class InvitationPage(View):
    """An invited person sets a password."""

    template: ClassVar[str] = "sign_in/invitation.html.j2"

    person: Person
    min_length: int
    problem: str = ""
    """Why the password was not taken."""


@dataclass(frozen=True, slots=True)
class InvitationGonePage(View):
    """A link that is no longer valid."""

    template: ClassVar[str] = "sign_in/gone.html.j2"
