"""The one door to the telephone: whatever is called from a list passes here at the moment of dialling.

Checked are the hold, the campaign's state, days and rate, the calling hours and the do-not-call list; the attempt is
written before anybody asks the telephone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcoach.campaigns.calling_hours import CallingHours
from callcoach.campaigns.outcomes import LeadState
from callcoach.errors import ConflictError
from callcoach.store.campaigns.attempts import add_attempt, runs_today
from callcoach.store.campaigns.do_not_call import do_not_call_entry
from callcoach.store.campaigns.keeping import take_turn
from callcoach.store.campaigns.model import Refusal
from callcoach.store.campaigns.taking import DO_NOT_CALL, going_on, held_row, hold, release
from callcoach.store.tables import CampaignRow, LeadRow

NEWS_S = 60.0
"""After the longest ringing the telephone has told of the end; what it has not told by then is lost."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is to be placed now."""

    attempt_id: int
    lead_id: int
    campaign_id: int
    number: str


def begin_call(
    session: Session, lead_id: int, person_id: int, *, now: datetime, hours: CallingHours, ring_s: float
) -> Begun | Refusal:
    """Write that an agent's number is called now, or say why it may not be; what follows of that is written, too.

    Raises:
        NotFoundError: there is no such number.
        ConflictError: it is not the agent's, or is being called already.
    """
    row = held_row(session, lead_id, person_id, now)
    if session.scalar(going_on(lead_id)) is not None:
        raise ConflictError("The number is being called already.", "这个号码正在拨打。")
    campaign = session.get_one(CampaignRow, row.campaign_id)
    refusal = _forbidden(session, row, campaign, now, hours)
    if refusal is not None:
        return refusal
    if not take_turn(session, campaign.id, now):
        return Refusal(
            f"本任务每分钟最多拨 {campaign.calls_per_min} 通，请稍候再拨",
            f"this campaign dials at most {campaign.calls_per_min} calls a minute: wait a little",
        )
    until = now + timedelta(seconds=ring_s + NEWS_S)
    if not hold(session, row.number_key, row.id, until, now):
        raise ConflictError("Another list is calling this number now.", "另一份名单正在拨打这个号码。")
    attempt_id = add_attempt(session, row, person_id, now, until)
    return Begun(attempt_id, row.id, campaign.id, row.number)


def _forbidden(
    session: Session, row: LeadRow, campaign: CampaignRow, now: datetime, hours: CallingHours
) -> Refusal | None:
    if not runs_today(campaign, now.astimezone(hours.zone).date()):
        _wait(session, row, now)
        return Refusal("任务没有在进行，或今天不在起止日期内", "the campaign is not running, or not on this day")
    entry = do_not_call_entry(session, row.number, now.astimezone(hours.zone).date())
    if entry is not None:
        row.state, row.result, row.result_note = LeadState.FAILED, DO_NOT_CALL, entry.reason
        release(session, row)
        return Refusal(f"号码在免打扰名单里：{entry.reason or '–'}", f"on the do-not-call list: {entry.reason or '–'}")
    if not hours.allow(now):
        _wait(session, row, hours.next_allowed(now) or now + timedelta(days=1))
        return Refusal("现在不在允许外呼的时段", "customers may not be called at this hour")
    return None


def _wait(session: Session, row: LeadRow, until: datetime) -> None:
    row.state = LeadState.OPEN if row.attempts == 0 else LeadState.LATER
    row.next_at = until
    release(session, row)
