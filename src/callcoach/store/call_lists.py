"""Lists of calls: filtered, sorted, a page at a time.

Pages follow each other by key, not by number: a page begins after the last call of the one before, whatever came
in meanwhile, and the thousandth page is as quick as the first.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.model import CallFilter, CallPage, PageRequest, SortKey
from callcoach.store.search.index import Search, search_for
from callcoach.store.search.tokens import parse_query
from callcoach.store.tables import CallRow, CallTagRow, FindingRow, TagRow
from callcoach.store.tables.calls import NO_SCORE, SCORE_TO_SORT_BY
from callcoach.store.visibility import visible_to

MAX_LIMIT = 200
MAX_KEY = 2**31 - 1
LEAST_WINDOW, MOST_WINDOW = 200, 5000
"""Calls of a list that are looked through at once for what many calls hold."""
SPREAD = 20
"""The keys of that many calls may lie so many times as far apart."""
_SORTED_BY: dict[SortKey, ColumnElement[Any]] = {
    SortKey.STARTED: CallRow.started_at.expression,
    SortKey.SCORE: SCORE_TO_SORT_BY,
    SortKey.DURATION: CallRow.duration_s.expression,
}


def list_calls(session: Session, principal: Principal, wanted: CallFilter, page: PageRequest) -> CallPage:
    """Return a page of the calls that the principal may see and the filter admits.

    Raises:
        InputError: the cursor is not one of ours, or from a list sorted otherwise.
    """
    column = _SORTED_BY[page.sort]
    query = summaries().where(visible_to(principal), *_conditions(wanted))
    if page.after:
        query = query.where(_beyond(column, page))
    order = (column.desc(), CallRow.pk.desc()) if page.descending else (column.asc(), CallRow.pk.asc())
    query = query.order_by(*order)
    limit = min(max(page.limit, 1), MAX_LIMIT)
    rows = _rows(session, query, wanted.text, limit + 1)
    calls = summaries_of(session, rows[:limit])
    return CallPage(tuple(calls), _cursor(rows[limit - 1][0], page.sort) if len(rows) > limit else "")


_Query = Select[CallRow, str, str]
_Rows = Sequence[Row[CallRow, str, str]]


def _rows(session: Session, query: _Query, said: str, count: int) -> _Rows:
    """Return the first rows of a query, of calls in which a text was said if there is one."""
    if not said.strip():
        return session.execute(query.limit(count)).all()
    terms = parse_query(said)
    if not terms:
        return ()  # only punctuation: nothing can be found
    search = search_for(session, terms)
    if search.share:
        rows = _rows_of_window(session, query, search, count)
        if rows is not None:
            return rows
    return session.execute(query.where(*search.conditions).limit(count)).all()


def _rows_of_window(session: Session, query: _Query, search: Search, count: int) -> _Rows | None:
    """Return the first rows out of so many of the list that they should be among them; None: they are not all.

    Calls that follow each other in the list mostly came in one after the other, and the index is quick over a stretch
    of keys, however many calls hold the text.
    """
    size = min(max(LEAST_WINDOW, ceil(count / search.share) * 2), MOST_WINDOW)
    window = query.with_only_columns(CallRow.pk).limit(size).subquery()
    first, last, found = session.execute(select(func.min(window.c.pk), func.max(window.c.pk), func.count())).one()
    if not found:
        return ()
    if last - first > SPREAD * size:
        return None
    among = CallRow.pk.in_(select(window.c.pk))
    rows = session.execute(query.where(among, *search.conditions_within((first, last))).limit(count)).all()
    return rows if len(rows) == count or found < size else None


def check_cursor(cursor: str, sort: SortKey) -> None:
    """See whether a list sorted so can begin after a cursor; an empty one is the first page.

    Raises:
        InputError: it cannot.
    """
    if cursor:
        _read_cursor(cursor, sort)


def _conditions(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    yield from _plain_conditions(wanted)
    if wanted.rule:
        yield CallRow.pk.in_(select(FindingRow.call_pk).where(FindingRow.rule_id == wanted.rule))
    if wanted.tag:
        tagged = select(CallTagRow.call_pk).join(TagRow, TagRow.id == CallTagRow.tag_id)
        yield CallRow.pk.in_(tagged.where(TagRow.name == wanted.tag))


def _plain_conditions(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    """Conditions on the call's own columns."""
    same = {
        CallRow.agent_id: wanted.agent_id,
        CallRow.agent: wanted.agent or None,
        CallRow.team_id: wanted.team_id,
        CallRow.direction: wanted.direction,
        CallRow.reviewed: wanted.reviewed,
        CallRow.state: wanted.state,
    }
    yield from (column == value for column, value in same.items() if value is not None)
    at_least = {
        CallRow.started_at: wanted.started_from,
        CallRow.score: wanted.score_min,
        CallRow.duration_s: wanted.duration_min_s,
        CallRow.worst_severity: wanted.severity,
    }
    yield from (column >= value for column, value in at_least.items() if value is not None)
    at_most = {CallRow.score: wanted.score_max, CallRow.duration_s: wanted.duration_max_s}
    yield from (column <= value for column, value in at_most.items() if value is not None)
    if wanted.started_before is not None:
        yield CallRow.started_at < wanted.started_before
    if wanted.number:
        # A range, not LIKE: it uses the index on every database and knows no wildcards.
        yield and_(CallRow.number >= wanted.number, CallRow.number < wanted.number + "\U0010fffd")


def _beyond(column: ColumnElement[Any], page: PageRequest) -> ColumnElement[bool]:
    """Return the condition of what comes after the cursor."""
    value, pk = _read_cursor(page.after, page.sort)
    if page.descending:
        return or_(column < value, and_(column == value, CallRow.pk < pk))
    return or_(column > value, and_(column == value, CallRow.pk > pk))


def _cursor(last: CallRow, sort: SortKey) -> str:
    value = {
        SortKey.STARTED: last.started_at.isoformat(),
        SortKey.SCORE: NO_SCORE if last.score is None else last.score,
        SortKey.DURATION: last.duration_s,
    }[sort]
    return base64.urlsafe_b64encode(json.dumps([sort.value, value, last.pk]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, sort: SortKey) -> tuple[datetime | float, int]:
    foreign = InputError("The cursor does not belong to this list. Start again without `after`.")
    try:
        name, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key = datetime.fromisoformat(value) if sort is SortKey.STARTED else float(value)
        pk = int(pk)
    except (ValueError, TypeError, OverflowError) as error:
        raise foreign from error
    if name != sort.value or not 0 <= pk <= MAX_KEY or (isinstance(key, datetime) and key.tzinfo is None):
        raise foreign
    return key, pk
