"""A complaint as lists and reminders show it."""

from __future__ import annotations

from datetime import datetime

from callcoach.around.complaints import ENDED, NEXT_STEP
from callcoach.server.complaints.contexts import ComplaintLine
from callcoach.store.around.complaint_model import Complaint


def complaint_line(one: Complaint, now: datetime) -> ComplaintLine:
    """Return a complaint with what is late about it."""
    is_open = one.state not in ENDED
    lacks = is_open and one.reported_at is None and one.report_due_at is not None and one.report_due_at <= now
    return ComplaintLine(one, is_open and one.due_at <= now, lacks, NEXT_STEP.get(one.state))
