"""Any table of any page as a file: the page's own query is run again, with its filters, and the table read off it.

A table that can be taken away stands in an element with `data-export`; `?table=2&format=csv` on the page's address
asks for the second one. Cells are what the page says, but for `<data value>` and `<time datetime>`, which carry the
whole figure and the moment. Rights and what is written into the audit log are the page's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from callcoach.errors import NotFoundError
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table

_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which table of the page, counted from 1, in which format."""

    number: int
    file_format: FileFormat


def wanted_table(request: Request) -> Wanted | None:
    """Return the table a request asks for; None: it asks for the page."""
    number, name = request.query_params.get("table", ""), request.query_params.get("format", "")
    if name not in [one.value for one in FileFormat] or not (
        number.isascii() and number.isdecimal() and len(number) < 4
    ):
        return None
    return Wanted(int(number), FileFormat(name))


def answer_with_table(markup: str, wanted: Wanted, zone: ZoneInfo) -> Response:
    """Answer with a table of a page.

    Raises:
        NotFoundError: the page has no such table now.
    """
    reader = _Reader()
    reader.feed(markup)
    rows = reader.tables[wanted.number - 1] if 0 < wanted.number <= len(reader.tables) else []
    if not rows:
        raise NotFoundError("The page has no such table now. Load it again.")
    name = " ".join(part for part in (reader.title, reader.names[wanted.number - 1]) if part)
    return download(Table(name or "CallCoach", tuple(map(str, rows[0])), list(_even(rows)), zone), wanted.file_format)


def _even(rows: list[list[Cell]]) -> Iterator[list[Cell]]:
    """Yield the rows below the headings, each as long as these."""
    width = len(rows[0])
    yield from ([*row[:width], *[None] * (width - len(row))] for row in rows[1:])


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    tag: str
    is_skipped: bool
    value: str = ""
    """Of `<data>` and `<time>`."""
    text: list[str] = field(default_factory=list[str])


class _Reader(HTMLParser):
    """Reads the tables of our own pages, whose markup is well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self.names: list[str] = []
        self.title = ""
        self._heading = ""
        self._open: list[_Open] = []
        self._depth = 0
        """How many elements deep the table's box lies; 0: outside of one."""
        self._row: list[Cell] | None = None
        self._values: list[Cell] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            return
        classes = given.get("class", "").split()
        hidden = given.get("aria-hidden") == "true" or "unseen" in classes or tag in ("script", "noscript", "form")
        is_skipped = hidden or bool(self._open and self._open[-1].is_skipped)
        if tag in ("td", "th"):
            is_skipped = is_skipped or "act" in classes
            self._values = []
            if "colspan" in given:
                self._row = None
        self._open.append(_Open(tag, is_skipped, given.get("datetime", "") or given.get("value", "")))
        if "data-export" in given:
            self._depth = len(self._open)
            self.tables.append([])
            self.names.append(self._heading)
        elif tag == "tr" and self._depth:
            self._row = []

    def handle_data(self, data: str) -> None:
        if not self._open or not self._open[-1].is_skipped:
            for one in self._open[::-1]:
                one.text.append(data)
                if one.tag in ("td", "th", "h1", "h2"):
                    break

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1].tag != tag:
            self._open.pop()
        if not self._open:
            return
        one = self._open.pop()
        text = " ".join("".join(one.text).split())
        if tag in ("data", "time") and one.value and not one.is_skipped:
            self._values.append(_moment(one.value) if tag == "time" else _number(one.value))
        elif tag in ("td", "th") and self._row is not None and not one.is_skipped:
            if tag == "th" and not text and not self.tables[-1] and self._row:
                return  # above buttons
            self._row.append(self._values[0] if len(self._values) == 1 and _is_all(one) else _cell(text))
        elif tag == "tr" and self._row:
            self.tables[-1].append(self._row)
            self._row = None
        elif tag == "h1":
            self.title = text
        elif tag == "h2":
            self._heading = text
        if len(self._open) < self._depth:
            self._depth = 0


def _is_all(cell: _Open) -> bool:
    """Whether a cell holds its one value and nothing more."""
    return len([part for part in cell.text if part.strip()]) == 1


def _moment(text: str) -> Cell:
    return datetime.fromisoformat(text)


def _number(text: str) -> Cell:
    number = float(text)
    return int(number) if number.is_integer() else round(number, 4)


def _cell(text: str) -> Cell:
    """Return a figure as a number; what begins with a nought or a sign is a name, such as a telephone number."""
    is_figure = text.isascii() and text.replace(".", "", 1).isdecimal() and len(text) < 11
    is_name = len(text) > 1 and text[0] == "0" and text[1] != "."
    if not is_figure or is_name:
        return text
    return float(text) if "." in text else int(text)
