"""Plain data the store takes and gives, beside the types of the data path. Knows no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from callcoach.datapath import Direction, Severity, Speaker
from callcoach.principal import Role, Scope


class CallState(StrEnum):
    """How far the analysis of a call has come."""

    RECEIVED = "received"
    """The sound is stored; the work waits or has begun."""
    TRANSCRIBED = "transcribed"
    JUDGED = "judged"
    SCORED = "scored"
    FAILED = "failed"
    """It ended with an error, whose words are on the call; it can be retried."""


class ScoreKind(StrEnum):
    """Who gave a score."""

    MACHINE = "machine"
    REVIEW = "review"


class AssignmentKind(StrEnum):
    """What an assignment is for."""

    REVIEW = "review"
    """The first review of a call."""
    APPEAL = "appeal"
    """Deciding the agent's appeal."""


class AssignmentState(StrEnum):
    """Where the work on an assigned review stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    HANDED_ON = "handed_on"


@dataclass(frozen=True, slots=True)
class Team:
    """A team."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    id: int
    login: str
    name: str
    role: Role
    active: bool
    created_at: datetime
    teams: tuple[Team, ...] = ()
    agent_names: tuple[str, ...] = ()
    """Names and extensions by which the telephone system knows the person."""
    email: str = ""
    can_sign_in: bool = False
    """Whether there is a password or a provider's identity."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be added. Teams that do not exist are made."""

    login: str
    name: str
    role: Role
    teams: tuple[str, ...] = ()
    agent_names: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What a person is from now on. Teams that do not exist are made; agent names they lose are free again."""

    name: str
    role: Role
    active: bool
    teams: tuple[str, ...]
    agent_names: tuple[str, ...]
    email: str


@dataclass(frozen=True, slots=True)
class TeamSize:
    """A team with how many active people are in it."""

    id: int
    name: str
    agents: int
    supervisors: int


class DrillMode(StrEnum):
    """How an agent practises."""

    CHOOSE = "choose"
    """Choose the better wording among some."""
    SAY = "say"
    """Say it in one's own words, spoken or typed."""


class AnswerKind(StrEnum):
    """How an answer was given."""

    CHOSEN = "chosen"
    TYPED = "typed"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class UnmappedName:
    """A name by which the telephone system knows an agent, and which is nobody's."""

    name: str
    calls: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which deeds are wanted; what is `None` or empty does not matter."""

    person_id: int | None = None
    action: str = ""
    """How the action begins: `call.` or `call.hear`."""
    object_kind: str = ""
    object_id: str = ""
    at_from: datetime | None = None
    at_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit log. `person` is the name; empty: the installation itself."""

    id: int
    at: datetime
    person_id: int | None
    person: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]
    address: str


@dataclass(frozen=True, slots=True)
class DeedPage:
    """Deeds, newest first; `next_before` is the id to go on from, None on the last page."""

    deeds: tuple[Deed, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """An API token, without its secret."""

    id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredSound:
    """The files of a recording in the folder of its call. `sha256` names the content, of both files together."""

    sha256: str
    file: str
    customer_file: str = ""
    source: str = ""
    """Name under which the recording was sent or found."""


@dataclass(frozen=True, slots=True)
class CallSummary:
    """A call as lists show it. Times are UTC."""

    pk: int
    id: str
    started_at: datetime
    started_known: bool
    """False: nobody said when the call was; `started_at` is when it came in."""
    received_at: datetime
    direction: Direction
    agent: str
    """The agent's name: the person's, else what the telephone system said."""
    agent_id: int | None
    team: str
    team_id: int | None
    number: str
    customer: str
    queue: str
    duration_s: float
    state: CallState
    error: str
    score: float | None
    reviewed_score: float | None
    reviewed: bool
    finding_count: int
    worst_severity: Severity | None
    tags: tuple[str, ...]
    sound_file: str
    customer_sound_file: str
    heard_file: str
    """What browsers play; empty until the recording was read."""
    source: str


class SortKey(StrEnum):
    """What lists of calls can be sorted by."""

    STARTED = "started"
    SCORE = "score"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted; what is `None` or empty does not matter. Ranges are half-open where they are of time."""

    agent_id: int | None = None
    agent: str = ""
    """As the telephone system named the agent, whole."""
    team_id: int | None = None
    direction: Direction | None = None
    started_from: datetime | None = None
    started_before: datetime | None = None
    score_min: float | None = None
    score_max: float | None = None
    rule: str = ""
    """A finding of this rule."""
    severity: Severity | None = None
    """A finding at least this bad."""
    tag: str = ""
    number: str = ""
    """How the customer's number begins."""
    duration_min_s: float | None = None
    duration_max_s: float | None = None
    reviewed: bool | None = None
    state: CallState | None = None
    text: str = ""
    """What was said: each term, in the words of one stretch of the call or exactly."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list: how sorted, after which call, how many."""

    sort: SortKey = SortKey.STARTED
    descending: bool = True
    after: str = ""
    """The cursor the page before gave; empty: the first page."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class HitPiece:
    """Words of a turn; `is_said`: they are among those looked for."""

    text: str
    is_said: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a searched text was said, with some words around it; `at_s` seconds from the start."""

    speaker: Speaker
    at_s: float
    pieces: tuple[HitPiece, ...]


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the list of calls that was kept under a name."""

    id: int
    name: str
    query: str
    """The query string of the page."""
    shared: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    """A page of calls; `next_cursor` is empty on the last one."""

    calls: tuple[CallSummary, ...]
    next_cursor: str
