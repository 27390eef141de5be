"""Who asks: the person behind a request, with the rights that decide what the store shows.

Plain data: how a person proved who they are is the server's business, what they may see the store's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does in the call centre."""

    AGENT = "agent"
    """Takes calls; sees their own."""
    SUPERVISOR = "supervisor"
    """Leads teams; sees the calls of these."""
    TRAINER = "trainer"
    """Teaches; reads all calls."""
    ADMINISTRATOR = "administrator"
    """Keeps the installation; may do all."""


class Scope(StrEnum):
    """What an API token may do, at most; its person's role bounds it further."""

    CALLS_READ = "calls:read"
    CALLS_WRITE = "calls:write"
    """Bring calls in and have them analysed again."""
    REVIEW = "review"
    """Review calls, or answer the review of one's own."""
    CUSTOMERS = "customers"
    """The phone book and customers' cards."""
    CAMPAIGNS = "campaigns"
    """Campaigns, their lists, and the do-not-call list."""
    PEOPLE = "people"
    EVENTS = "events"
    PHONE = "phone"
    """Be one's softphone, and have it place calls."""
    AROUND = "around"
    """Notes, outcomes, callbacks, complaints and surveys."""
    RULES = "rules"
    """Write, try and publish rules."""
    HOOKS = "hooks"
    TOKENS = "tokens"
    """Make and revoke one's own tokens, none that may do more or lasts longer."""


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """A person as one request knows them.

    `team_ids` are the teams the person belongs to (agent) or leads (supervisor). `scopes` bounds what comes
    with an API token (`by_token`, whose id is `token_id`); someone signed in at a browser has all of them.
    """

    person_id: int
    name: str
    role: Role
    team_ids: frozenset[int] = frozenset()
    scopes: frozenset[Scope] = ALL_SCOPES
    by_token: bool = False
    token_id: int | None = None
