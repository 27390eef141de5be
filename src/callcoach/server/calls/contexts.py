"""What the pages of calls are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.reports.wording import Words
from callcoach.server.calls.page_query import CallsQuery
from callcoach.server.pages.rendering import View
from callcoach.store.model import CallSummary, Hit, SavedView, Team


@dataclass(frozen=True, slots=True)
class CallLine:
    """A row of the list."""

    call: CallSummary
    direction: Words
    state: Words
    hit: Hit | None
    """Where the searched words were said."""
    may_retry: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a column by which the list can be sorted."""

    key: str
    address: str
    sorted: str
    """As `aria-sort` has it: `ascending`, `descending`, or empty."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A range of days; `key` is that of its name."""

    key: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class CallRows(View):
    """The rows of a page of the list, and whatever else of the page says what they are: htmx puts in all of it."""

    template: ClassVar[str] = "calls/_rows.html.j2"

    lines: tuple[CallLine, ...]
    headings: Mapping[str, Heading]
    """By the name of the sort key."""
    presets: tuple[Preset, ...]
    sort: str
    """As the form of the filters sends it on; empty: the usual order."""
    descending: str
    view_query: str
    """The query string that a view saved now keeps."""
    wrong: tuple[str, ...]
    """Keys of the names of filters that were left out because they cannot be."""
    place_gone: bool
    """Whether the place in the list that the address names is none of it, so that the list begins again."""
    first: str
    """Address of the first page; empty: this is it."""
    following: str
    """Address of the next page; empty: this is the last."""
    files: tuple[str, ...]
    """Addresses of the whole list as a file, each ending with its format."""
    is_filtered: bool
    may_bring: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter and what it is called."""

    value: str
    words: Words


@dataclass(frozen=True, slots=True)
class CallsPage(View):
    """The list of calls."""

    template: ClassVar[str] = "calls/list.html.j2"

    rows: CallRows
    query: CallsQuery
    agents: tuple[Choice, ...]
    teams: tuple[Team, ...]
    rules: tuple[Choice, ...]
    tags: tuple[str, ...]
    directions: tuple[Choice, ...]
    grades: tuple[Choice, ...]
    states: tuple[Choice, ...]
    unmapped: tuple[str, ...]
    """Names of the telephone system that are nobody's."""
    views: tuple[SavedView, ...]
    more_open: bool
    """Whether the rarer filters are shown: one of them is in use."""


@dataclass(frozen=True, slots=True)
class BringPage(View):
    """Bringing recordings in."""

    template: ClassVar[str] = "calls/bring.html.j2"

    own_only: bool
    """Whether what is brought becomes the person's own calls."""
    max_mb: int
    columns: Mapping[str, str]
    """Chinese names of fields of metadata, and what they hold."""
    file_columns: tuple[str, ...]
    """Columns of a table that may name the recording."""
    keys: tuple[str, ...]
    """What can be said of a call."""
