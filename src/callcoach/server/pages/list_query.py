"""The query string of a list's page: what its form sends, empty fields included. What cannot be is left out.

So an old link still opens, and the form shows what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from callcoach.store.keyset import MAX_KEY

MOST = 200
T = TypeVar("T", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked of a list at `path`; `values` holds what is not empty, of the names the list knows."""

    path: str
    names: tuple[str, ...]
    values: Mapping[str, str]
    zone: ZoneInfo

    @property
    def shown(self) -> Mapping[str, str]:
        """The value of every field of the form, empty ones included."""
        return {name: self.values.get(name, "") for name in self.names}

    @property
    def after(self) -> str:
        """Where the page begins; empty: at the first row."""
        return self.values.get("after", "")

    def text(self, name: str) -> str:
        """Return a text."""
        return self.values.get(name, "")

    def key(self, name: str) -> int | None:
        """Return an id."""
        text = self.values.get(name, "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else None
        return number if number is not None and number <= MAX_KEY else None

    def choice(self, name: str, kind: type[T]) -> T | None:
        """Return a member of an enum."""
        text = self.values.get(name, "")
        return kind(text) if text in {one.value for one in kind} else None

    def day_begins(self, name: str) -> datetime | None:
        """Return when a day begins in the site's zone."""
        return self._begin(name, 0)

    def day_ends(self, name: str) -> datetime | None:
        """Return when a day ends in the site's zone."""
        return self._begin(name, 1)

    def address(self, path: str = "", **changed: str) -> str:
        """Return an address of this list with some values changed; empty ones go."""
        values = {**self.values, **changed}
        kept = {name: values[name] for name in (*self.names, "format") if values.get(name)}
        own = path or self.path
        return f"{own}?{urlencode(kept)}" if kept else own

    def _begin(self, name: str, later: int) -> datetime | None:
        try:
            day = date.fromisoformat(self.values.get(name, ""))
            if not 1971 <= day.year <= 9000:
                return None
            return datetime.combine(day + timedelta(days=later), time(), self.zone).astimezone(UTC)
        except ValueError:
            return None


def read_list_query(path: str, names: tuple[str, ...], sent: Mapping[str, str], zone: ZoneInfo) -> ListQuery:
    """Return what a query string asks for; `after` is known to every list."""
    known = (*names, "after")
    values = {name: sent[name].strip()[:MOST] for name in known if sent.get(name, "").strip()}
    return ListQuery(path, known, values, zone)


Row = TypeVar("Row")


def all_pages(read: Callable[[str], tuple[Sequence[Row], str]]) -> Iterator[Row]:
    """Yield every row of a list for a file, a page after the other.

    Args:
        read: takes the place to go on after; gives rows and the next place, empty at the end.
    """
    after = ""
    while True:
        rows, after = read(after)
        yield from rows
        if not after:
            return
