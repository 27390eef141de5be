"""What stands at the left of every page. A page listed here is looked at by the screenshot and accessibility tests."""

from __future__ import annotations

from dataclasses import dataclass

from callcoach.principal import Principal, Role
from callcoach.rights import Permission, may


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. `name` is a key of the domain `nav` in the messages."""

    name: str
    path: str
    permission: Permission
    counted: bool = False
    """Whether the number of what waits there stands beside it."""


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together, under a heading from the domain `nav`."""

    name: str
    entries: tuple[Entry, ...]


AT_WORK = "at_work"

NAVIGATION: tuple[Section, ...] = (
    Section(AT_WORK, (Entry("desk", "/desk", Permission.PHONE),)),
    Section(
        "calls",
        (
            Entry("calls", "/calls", Permission.CALLS_SEE),
            Entry("bring", "/calls/bring", Permission.CALLS_BRING),
            Entry("floor", "/floor", Permission.PHONES_SEE),
            Entry("rules", "/rules", Permission.RULES),
            Entry("speaking_rules", "/speaking-rules", Permission.SPEAKING_RULES),
            Entry("trends", "/trends", Permission.CALLS_SEE),
            Entry("statistics", "/statistics", Permission.CALLS_SEE),
            Entry("coaching", "/coaching", Permission.CALLS_SEE),
            Entry("drills", "/drills", Permission.CALLS_SEE, counted=True),
        ),
    ),
    Section(
        "calling",
        (
            Entry("customers", "/customers", Permission.CUSTOMERS_SEE),
            Entry("contacts", "/contacts", Permission.CONTACTS_SEE),
            Entry("campaigns", "/campaigns", Permission.CAMPAIGNS_SEE),
            Entry("do_not_call", "/do-not-call", Permission.CAMPAIGNS_KEEP),
        ),
    ),
    Section(
        "around",
        (
            Entry("callbacks", "/callbacks", Permission.AROUND_CALL),
            Entry("complaints", "/complaints", Permission.COMPLAINTS),
            Entry("follow_ups", "/follow-ups", Permission.AROUND_CALL),
            Entry("follow_up_plans", "/follow-up-plans", Permission.CAMPAIGNS_KEEP),
            Entry("surveys", "/surveys", Permission.CALL_TEXTS),
            Entry("dispositions", "/dispositions", Permission.CALL_TEXTS),
            Entry("scripts", "/scripts", Permission.CALL_TEXTS),
        ),
    ),
    Section(
        "reviewing",
        (
            Entry("results", "/results", Permission.REVIEW_ANSWER, counted=True),
            Entry("reviews", "/reviews", Permission.REVIEW, counted=True),
            Entry("appeals", "/appeals", Permission.REVIEW, counted=True),
            Entry("plans", "/plans", Permission.REVIEW),
            Entry("rounds", "/rounds", Permission.REVIEW),
        ),
    ),
    Section(
        "installation",
        (
            Entry("people", "/people", Permission.PEOPLE),
            Entry("teams", "/teams", Permission.PEOPLE),
            Entry("phones", "/phones", Permission.PEOPLE),
            Entry("unmapped", "/people/unmapped", Permission.PEOPLE),
            Entry("folders", "/folders", Permission.FOLDERS),
            Entry("hooks", "/hooks", Permission.HOOKS),
            Entry("audit", "/audit", Permission.AUDIT),
        ),
    ),
    Section(
        "own",
        (
            Entry("tokens", "/tokens", Permission.OWN_ACCOUNT),
            Entry("account", "/account", Permission.OWN_ACCOUNT),
        ),
    ),
)


OWN_PAGE = "/account"
"""What whoever signed in at a browser may open, whatever the role."""


def navigation_for(principal: Principal) -> tuple[Section, ...]:
    """Return the sections with the pages the principal may open; empty sections are left out."""
    sections = (
        Section(section.name, tuple(entry for entry in section.entries if may(principal, entry.permission)))
        for section in NAVIGATION
    )
    return tuple(section for section in sections if section.entries)


def first_page_of(principal: Principal) -> str:
    """Return the path of the page that the address `/` leads the principal to: agents begin at their desk."""
    sections = navigation_for(principal)
    if principal.role is not Role.AGENT:
        sections = tuple(section for section in sections if section.name != AT_WORK) or sections
    paths = (entry.path for section in sections for entry in section.entries)
    return next(paths, OWN_PAGE)  # a token without scopes has no page at all


def is_current(entry: Entry, path: str) -> bool:
    """Whether a path is the entry's page or lies below it, and below no other entry's that says it better."""
    entries = [one.path for section in NAVIGATION for one in section.entries]
    fitting = [one for one in entries if path == one or path.startswith(one + "/")]
    return entry.path == max(fitting, key=len, default="")
