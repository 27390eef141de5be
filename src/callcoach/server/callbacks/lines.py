"""A callback as lists, the desk and the customer's card show it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callcoach.around.callbacks import CallbackState
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.server.callbacks.contexts import CallbackLine
from callcoach.server.customers.history import HistoryItem, history_provider, written_numbers
from callcoach.server.pages.form_times import as_local
from callcoach.server.pages.messages import catalogue
from callcoach.server.services import Services
from callcoach.store.around.callbacks import MOST_ROWS, Callback, CallbackFilter, list_callbacks
from callcoach.store.customers.model import Customer

OWED = (CallbackState.DRAFT, CallbackState.OPEN)
"""States in which somebody still owes the customer a call."""


def callback_line(one: Callback, now: datetime, zone: ZoneInfo) -> CallbackLine:
    """Return a callback with whether it is late, and the time a field for a new one shows."""
    shown = one.due_at if one.due_at > now else now + timedelta(hours=1)
    return CallbackLine(one, is_late(one, now), as_local(shown, zone))


def is_late(one: Callback, now: datetime) -> bool:
    """Whether nobody has called in time."""
    return one.state is CallbackState.OPEN and one.due_at <= now


@history_provider
def callbacks_of(services: Services, principal: Principal, customer: Customer, limit: int) -> list[HistoryItem]:
    """Tell the customer's callbacks that the principal may see, open ones first, then the newest."""
    wanted = CallbackFilter(numbers=written_numbers(customer))
    with services.database.reading() as session:
        found = list_callbacks(session, principal, wanted, limit=MOST_ROWS).callbacks
    items = [
        HistoryItem(
            at=one.due_at,
            kind=Words("回拨", "Callback"),
            text=(one.reason or one.said)[:60],
            words=catalogue()[f"callback_state.{one.state.value}"],
            person=one.owner,
            address=f"/callbacks/{one.id}",
            is_open=one.state in OWED,
        )
        for one in found
        if one.state is not CallbackState.DROPPED
    ]
    return sorted(items, key=lambda one: (one.is_open, one.at), reverse=True)[:limit]
