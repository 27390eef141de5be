"""Finds the callbacks that were promised in a call, as the settings want it."""

from __future__ import annotations

from datetime import datetime, timedelta

from callcoach.around.promises import Limits, Promise, Said, find_promises
from callcoach.datapath import CallAnalysis
from callcoach.settings import Settings
from callcoach.work.calendar import calendar_of


def promises_of(settings: Settings, analysis: CallAnalysis, now: datetime) -> tuple[Promise, ...]:
    """Return the promises of a call; none of one whose time is not known, or is too long past."""
    own, began = settings.callbacks, analysis.call.started_at
    if not own.drafts or began is None or began < now - timedelta(hours=own.draft_age_h):
        return ()
    limits = Limits(soon=timedelta(minutes=own.soon_min), usual=timedelta(hours=own.usual_h))
    turns = [Said(one.index, one.speaker, one.start_s, one.end_s, one.text) for one in analysis.transcript.turns]
    return find_promises(turns, began, calendar_of(settings), limits)
