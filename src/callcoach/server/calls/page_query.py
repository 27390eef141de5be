"""The query string of the page of calls: what its form sends, empty fields included, as the filter of the store.

Days are those of the site's time zone. A value that cannot be is told and left out, so that an old link still opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from callcoach.errors import InputError
from callcoach.server.calls.query import CallListQuery
from callcoach.store.call_lists import check_cursor
from callcoach.store.model import CallFilter, PageRequest

MINUTE_S = 60.0
NAMES = (
    *("agent_id", "agent", "team_id", "direction", "from_day", "to_day", "score_min", "score_max", "rule", "severity"),
    *("tag", "number", "minutes_min", "minutes_max", "reviewed", "state", "text", "sort", "descending", "after"),
)
"""What the page's address may hold."""


@dataclass(frozen=True, slots=True)
class CallsQuery:
    """What is asked of the list."""

    values: Mapping[str, str]
    """As the form shows it again; only what is not empty."""
    query: CallListQuery
    wrong: tuple[str, ...]
    """Names of the fields that were left out because they cannot be."""

    @property
    def shown(self) -> Mapping[str, str]:
        """The value of every field of the form, empty ones included."""
        return {name: self.values.get(name, "") for name in NAMES}

    @property
    def filter(self) -> CallFilter:
        """The filter of the store."""
        return self.query.filter()

    @property
    def page(self) -> PageRequest:
        """Order and place."""
        return self.query.page()

    def address(self, path: str = "/calls", **changed: str) -> str:
        """Return an address of this list with some values changed; empty ones go."""
        values = {**self.values, **changed}
        kept = {name: values[name] for name in (*NAMES, "format") if values.get(name)}
        return f"{path}?{urlencode(kept)}" if kept else path


def read_query(sent: Mapping[str, str], zone: ZoneInfo) -> CallsQuery:
    """Return what a query string asks for."""
    values = {name: sent[name].strip()[:200] for name in NAMES if sent.get(name, "").strip()}
    wrong: list[str] = []
    while True:
        try:
            query = CallListQuery.model_validate(_plain(values, zone))
            check_cursor(query.after, query.sort)
            return CallsQuery(values, query, tuple(wrong))
        except InputError:  # of another order, or of an older version: the list begins again
            bad = {"after"}
        except ValidationError as error:
            bad = {_FIELDS.get(str(fault["loc"][0]), str(fault["loc"][0])) for fault in error.errors()}
        except _WrongValue as error:
            bad = {error.name}
        wrong += sorted(bad & values.keys()) or sorted(values)
        values = {name: value for name, value in values.items() if name not in wrong}


_FIELDS = {"duration_min_s": "minutes_min", "duration_max_s": "minutes_max", "started_from": "from_day"}


class _WrongValue(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _plain(values: Mapping[str, str], zone: ZoneInfo) -> dict[str, object]:
    plain: dict[str, object] = dict(values)
    for name, field in (("minutes_min", "duration_min_s"), ("minutes_max", "duration_max_s")):
        if name in plain:
            plain[field] = _number(name, str(plain.pop(name))) * MINUTE_S
    if "from_day" in plain:
        plain["started_from"] = _begin("from_day", str(plain.pop("from_day")), 0, zone)
    if "to_day" in plain:
        plain["started_before"] = _begin("to_day", str(plain.pop("to_day")), 1, zone)
    return plain


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise _WrongValue(name) from error


def _begin(name: str, text: str, days_later: int, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=days_later)
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _WrongValue(name) from error
