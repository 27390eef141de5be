"""Places in lists that are paged by key: a list sorted by a time and an id goes on after its last row."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from callcoach.errors import InputError

MAX_KEY = 2**31 - 1


def cursor(at: datetime, key: int) -> str:
    """Return the place after a row."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), key]).encode()).decode().rstrip("=")


def beyond(
    place: str, at: InstrumentedAttribute[datetime], key: InstrumentedAttribute[int], *, descending: bool = False
) -> ColumnElement[bool]:
    """Return the condition of the rows after a place.

    Raises:
        InputError: the cursor is none of ours.
    """
    foreign = InputError(
        "The cursor does not belong to this list. Start again without `after`.",
        "翻页位置不属于这个列表。请从第一页开始。",
    )
    try:
        time_text, number = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        moment, number = datetime.fromisoformat(time_text), int(number)
    except (ValueError, TypeError, OverflowError) as error:
        raise foreign from error
    if moment.tzinfo is None or not 0 <= number <= MAX_KEY:
        raise foreign
    if descending:
        return or_(at < moment, and_(at == moment, key < number))
    return or_(at > moment, and_(at == moment, key > number))
