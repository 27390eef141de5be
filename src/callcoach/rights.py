"""Who may do what: the one table of rights. Which calls a person sees of those, `store/visibility.py` decides."""

from __future__ import annotations

from enum import StrEnum

from callcoach.principal import Principal, Role, Scope


class Permission(StrEnum):
    """Something that is allowed to a role or not."""

    CALLS_SEE = "calls-see"
    """Find, read and hear calls: one's own, the team's or all."""
    VIEWS = "views"
    """Keep views of the list of calls, for oneself or for everybody."""
    CALLS_BRING = "calls-bring"
    """Bring recordings in."""
    CALLS_RETRY = "calls-retry"
    """Have a call analysed again."""
    REVIEW = "review"
    """Review calls, decide appeals; plan, assign and calibrate reviews."""
    COACH = "coach"
    """Note coaching sessions with one's agents, set them drills."""
    REVIEW_ANSWER = "review-answer"
    """Read, acknowledge or appeal the review of one's own call; do one's drills."""
    PHONE = "phone"
    """Connect one's own softphone; take and place calls with it."""
    PHONES_SEE = "phones-see"
    """Follow calls that go on: those of one's teams, or all."""
    CONTACTS_SEE = "contacts-see"
    """Look up the company's phone book."""
    CONTACTS_KEEP = "contacts-keep"
    """Change, bring in and take away the phone book."""
    CUSTOMERS_SEE = "customers-see"
    """Read the cards of customers: of who calls, of one's own, or all."""
    CUSTOMERS_EDIT = "customers-edit"
    """Make and change cards, note on them."""
    CUSTOMERS_KEEP = "customers-keep"
    """Bring customers in, take them away, merge doubles, give tiers."""
    CAMPAIGNS_SEE = "campaigns-see"
    """See the campaigns of one's teams and how far they are."""
    CAMPAIGNS_WORK = "campaigns-work"
    """Call numbers of campaigns' lists."""
    CAMPAIGNS_KEEP = "campaigns-keep"
    """Make campaigns, bring numbers in, assign them; keep the do-not-call list."""
    AROUND_CALL = "around-call"
    """Keep notes, outcomes, scripts, callbacks and follow-ups of one's calls; see those of one's teams, or all."""
    COMPLAINTS = "complaints"
    """Record complaints and work on one's own; see those of one's teams, or all."""
    COMPLAINTS_DECIDE = "complaints-decide"
    """Judge complaints, name their owners, approve what is proposed."""
    CALL_TEXTS = "call-texts"
    """Keep the outcomes, scripts and surveys that agents work with."""
    PHONES_JOIN = "phones-join"
    """Listen in on calls that go on, whisper to the agent, barge in, send a message to the desk."""
    SPEAKING_RULES = "speaking-rules"
    """Choose which rules speak up at the desk."""
    RULES = "rules"
    """Write rules, try them on past calls, publish and withdraw them."""
    PEOPLE = "people"
    """See and change people, their roles, teams and invitations."""
    FOLDERS = "folders"
    """See how watched folders fare, and have refused files tried again."""
    HOOKS = "hooks"
    """Keep the addresses that are told of events."""
    EVENTS = "events"
    """Follow the events of calls one may see."""
    AUDIT = "audit"
    """Read who saw, heard, changed or exported what."""
    TOKENS = "tokens"
    """List, make and revoke one's own tokens by the API."""
    OWN_ACCOUNT = "own-account"
    """Change one's own password; make and revoke one's own tokens at a browser."""


_EVERYBODY = frozenset(
    {
        *(Permission.CALLS_SEE, Permission.CALLS_BRING, Permission.PHONE, Permission.EVENTS, Permission.OWN_ACCOUNT),
        *(Permission.CONTACTS_SEE, Permission.CUSTOMERS_SEE, Permission.CAMPAIGNS_SEE),
        *(Permission.AROUND_CALL, Permission.COMPLAINTS),
        *(Permission.CALLS_SEE, Permission.VIEWS, Permission.CALLS_BRING, Permission.PHONE, Permission.EVENTS),
        *(Permission.TOKENS, Permission.OWN_ACCOUNT),
    }
)
_CALLING = frozenset({Permission.CUSTOMERS_EDIT, Permission.CAMPAIGNS_WORK})
_KEEPING = frozenset({Permission.CONTACTS_KEEP, Permission.CUSTOMERS_KEEP, Permission.CAMPAIGNS_KEEP})
_TEACHING = frozenset(
    {
        Permission.CALLS_RETRY,
        Permission.PHONES_SEE,
        Permission.PHONES_JOIN,
        Permission.REVIEW,
        Permission.COACH,
    }
)
RIGHTS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _EVERYBODY | _CALLING | {Permission.REVIEW_ANSWER},
    Role.SUPERVISOR: _EVERYBODY | _CALLING | _KEEPING | _TEACHING | {Permission.COMPLAINTS_DECIDE},
    Role.TRAINER: _EVERYBODY | _TEACHING | {Permission.CALL_TEXTS, Permission.SPEAKING_RULES, Permission.RULES},
    Role.ADMINISTRATOR: frozenset(Permission) - {Permission.REVIEW_ANSWER},
}
SCOPES: dict[Permission, Scope | None] = {
    Permission.CALLS_SEE: Scope.CALLS_READ,
    Permission.VIEWS: Scope.CALLS_WRITE,
    Permission.CALLS_BRING: Scope.CALLS_WRITE,
    Permission.CALLS_RETRY: Scope.CALLS_WRITE,
    Permission.REVIEW: Scope.REVIEW,
    Permission.COACH: Scope.REVIEW,
    Permission.REVIEW_ANSWER: Scope.REVIEW,
    Permission.PHONE: Scope.PHONE,
    Permission.PHONES_SEE: Scope.CALLS_READ,
    Permission.CONTACTS_SEE: Scope.CUSTOMERS,
    Permission.CONTACTS_KEEP: Scope.CUSTOMERS,
    Permission.CUSTOMERS_SEE: Scope.CUSTOMERS,
    Permission.CUSTOMERS_EDIT: Scope.CUSTOMERS,
    Permission.CUSTOMERS_KEEP: Scope.CUSTOMERS,
    Permission.CAMPAIGNS_SEE: Scope.CAMPAIGNS,
    Permission.CAMPAIGNS_WORK: Scope.CAMPAIGNS,
    Permission.CAMPAIGNS_KEEP: Scope.CAMPAIGNS,
    Permission.AROUND_CALL: Scope.AROUND,
    Permission.CALL_TEXTS: Scope.AROUND,
    Permission.COMPLAINTS: Scope.AROUND,
    Permission.COMPLAINTS_DECIDE: Scope.AROUND,
    Permission.PHONES_JOIN: None,
    Permission.SPEAKING_RULES: None,
    Permission.RULES: Scope.RULES,
    Permission.PEOPLE: Scope.PEOPLE,
    Permission.FOLDERS: Scope.CALLS_WRITE,
    Permission.HOOKS: Scope.HOOKS,
    Permission.EVENTS: Scope.EVENTS,
    Permission.AUDIT: Scope.PEOPLE,
    Permission.TOKENS: Scope.TOKENS,
    Permission.OWN_ACCOUNT: None,
}
"""The scope that a token needs. None: no token does; it could otherwise make itself a stronger one."""


def may(principal: Principal, permission: Permission) -> bool:
    """Whether the principal's role, and the token the request came with, admit it."""
    return permission in RIGHTS[principal.role] and token_admits(principal, permission)


def token_admits(principal: Principal, permission: Permission) -> bool:
    """Whether the token a request came with admits it; someone signed in at a browser has no token to be bound by."""
    return not principal.by_token or SCOPES[permission] in principal.scopes
