"""Lists of calls: filtered, sorted, a page at a time.

Pages follow each other by key, not by number: a page begins after the last call of the one before, whatever came
in meanwhile, and the thousandth page is as quick as the first.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.model import CallFilter, CallPage, PageRequest, SortKey
from callcoach.store.search.index import calls_that_said
from callcoach.store.search.tokens import parse_query
from callcoach.store.tables import CallRow, CallTagRow, FindingRow, TagRow
from callcoach.store.tables.calls import NO_SCORE, SCORE_TO_SORT_BY
from callcoach.store.visibility import visible_to

MAX_LIMIT = 200
MAX_KEY = 2**31 - 1
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
    query = summaries().where(visible_to(principal), *_conditions(wanted), *_said(session, wanted.text))
    if page.after:
        query = query.where(_beyond(column, page))
    limit = min(max(page.limit, 1), MAX_LIMIT)
    order = (column.desc(), CallRow.pk.desc()) if page.descending else (column.asc(), CallRow.pk.asc())
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    calls = summaries_of(session, rows[:limit])
    return CallPage(tuple(calls), _cursor(rows[limit - 1][0], page.sort) if len(rows) > limit else "")


def _conditions(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    yield from _plain_conditions(wanted)
    if wanted.rule:
        yield CallRow.pk.in_(select(FindingRow.call_pk).where(FindingRow.rule_id == wanted.rule))
    if wanted.tag:
        tagged = select(CallTagRow.call_pk).join(TagRow, TagRow.id == CallTagRow.tag_id)
        yield CallRow.pk.in_(tagged.where(TagRow.name == wanted.tag))


def _said(session: Session, text: str) -> Iterator[ColumnElement[bool]]:
    terms = parse_query(text)
    yield from calls_that_said(session, terms)
    if text.strip() and not terms:
        yield false()  # only punctuation: nothing can be found


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
