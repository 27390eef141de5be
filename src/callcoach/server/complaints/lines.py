"""A complaint as lists, reminders and the customer's card show it."""

from __future__ import annotations

from datetime import datetime

from callcoach.around.complaints import ENDED, NEXT_STEP
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.server.complaints.contexts import ComplaintLine
from callcoach.server.complaints.terms import viewer_of
from callcoach.server.customers.history import HistoryItem, history_provider, written_numbers
from callcoach.server.pages.messages import catalogue
from callcoach.server.services import Services
from callcoach.store.around.complaint_lists import MOST_ROWS, list_complaints
from callcoach.store.around.complaint_model import Complaint, ComplaintFilter
from callcoach.store.customers.model import Customer


def complaint_line(one: Complaint, now: datetime) -> ComplaintLine:
    """Return a complaint with what is late about it."""
    is_open = one.state not in ENDED
    lacks = is_open and one.reported_at is None and one.report_due_at is not None and one.report_due_at <= now
    return ComplaintLine(one, is_open and one.due_at <= now, lacks, NEXT_STEP.get(one.state))


@history_provider
def complaints_of(services: Services, principal: Principal, customer: Customer, limit: int) -> list[HistoryItem]:
    """Tell the customer's complaints that the principal may see, open ones first, then the newest."""
    wanted = ComplaintFilter(numbers=written_numbers(customer))
    with services.database.reading() as session:
        found = list_complaints(session, viewer_of(services, principal), wanted, limit=MOST_ROWS).complaints
    items = [
        HistoryItem(
            at=one.recorded_at,
            kind=Words("投诉", "Complaint"),
            text=one.fields.complaint[:60],
            words=catalogue()[f"complaint_state.{one.state.value}"],
            person=one.owner,
            address=f"/complaints/{one.id}",
            is_open=one.state not in ENDED,
        )
        for one in found
    ]
    return sorted(items, key=lambda one: (one.is_open, one.at), reverse=True)[:limit]
