"""Tries to call a number: begun before the telephone is asked, ended with what follows for the number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcoach.campaigns.outcomes import (
    MOST_FAULTS,
    CampaignState,
    LeadState,
    Outcome,
    Patience,
    after_attempt,
    counts,
)
from callcoach.errors import ConflictError, NotFoundError
from callcoach.store.campaigns.do_not_call import DoNotCallFields, put_do_not_call
from callcoach.store.tables import AttemptRow, CampaignRow, LeadRow, NumberHoldRow

LONGEST_CALL = timedelta(hours=12)
"""A number that is talked with is held at most so long: the telephone tells of the end, unless it broke."""


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt without an end."""

    id: int
    call_id: str
    """Empty: the telephone's answer was not written."""
    number_key: str


def add_attempt(session: Session, row: LeadRow, person_id: int, now: datetime, until: datetime) -> int:
    """Write that a number is being called, and return the attempt's id; the hold is the caller's matter."""
    attempt = AttemptRow(
        lead_id=row.id, campaign_id=row.campaign_id, person_id=person_id, at=now, outcome=Outcome.DIALLING
    )
    session.add(attempt)
    row.attempts += 1
    row.last_at, row.held_until = now, until
    session.flush()
    return attempt.id


def note_call(session: Session, attempt_id: int, call_id: str) -> None:
    """Note by which id the telephone knows the call."""
    session.get_one(AttemptRow, attempt_id).call_id = call_id


def note_answer(session: Session, attempt_id: int, now: datetime) -> None:
    """Note that somebody answered. Harmless when repeated."""
    attempt = session.get_one(AttemptRow, attempt_id)
    if attempt.outcome is not Outcome.DIALLING:
        return
    attempt.outcome, attempt.answered_at = Outcome.ANSWERED, now
    row = session.get_one(LeadRow, attempt.lead_id)
    row.state, row.last_outcome, row.held_until = LeadState.CALLED, Outcome.ANSWERED, None
    hold = session.scalar(select(NumberHoldRow).where(NumberHoldRow.lead_id == row.id))
    if hold is not None:
        hold.until = now + LONGEST_CALL
    session.get_one(CampaignRow, attempt.campaign_id).faults = 0


def end_attempt(
    session: Session, attempt_id: int, outcome: Outcome, now: datetime, *, code: int = 0, detail: str = ""
) -> None:
    """Note how an attempt ended, and what follows for its number. Harmless when repeated."""
    attempt = session.get_one(AttemptRow, attempt_id)
    if attempt.ended_at is not None:
        return
    row, campaign = session.get_one(LeadRow, attempt.lead_id), session.get_one(CampaignRow, attempt.campaign_id)
    answered = attempt.outcome is Outcome.ANSWERED
    attempt.ended_at, attempt.code, attempt.detail = now, code, detail[:400]
    session.execute(delete(NumberHoldRow).where(NumberHoldRow.lead_id == row.id))
    if answered:
        return
    attempt.outcome = row.last_outcome = outcome
    row.attempts -= 0 if counts(outcome) else 1
    patience = Patience(campaign.max_attempts, campaign.busy_min, campaign.no_answer_min)
    state, again_at = after_attempt(outcome, row.attempts, patience, now)
    row.state, row.held_until = state, None
    row.next_at = again_at or row.next_at
    if state is not LeadState.CALLED:
        row.held_by = None
    _count_faults(campaign, outcome, detail)
    session.flush()


def give_result(
    session: Session,
    lead_id: int,
    person_id: int,
    result: str,
    *,
    note: str,
    now: datetime,
    again_at: datetime | None = None,
    do_not_call: bool = False,
) -> None:
    """Note what came of a call: done with it, or to be called again by the same agent.

    Raises:
        NotFoundError: there is no such number.
        ConflictError: nobody has answered, or another agent had the call.
    """
    row = session.scalar(select(LeadRow).where(LeadRow.id == lead_id).with_for_update())
    if row is None:
        raise NotFoundError(f"There is no number {lead_id} on any list.", f"名单里没有 {lead_id} 号条目。")
    if row.state not in (LeadState.CALLED, LeadState.DONE) or row.held_by != person_id:
        raise ConflictError(
            "There is no call of yours with this number that waits for its result.", "您没有这个号码的通话在等结果。"
        )
    row.result, row.result_note = result.strip()[:80], note.strip()[:4000]
    row.state = LeadState.LATER if again_at else LeadState.DONE
    if again_at:
        row.next_at, row.owner_id, row.held_by = again_at, person_id, None
    if do_not_call:
        put_do_not_call(session, [DoNotCallFields(row.number, note.strip() or result.strip())], person_id, now)
    session.flush()


def open_attempts(session: Session, person_id: int) -> tuple[OpenAttempt, ...]:
    """Return an agent's attempts that have no end yet."""
    query = (
        select(AttemptRow.id, AttemptRow.call_id, LeadRow.number_key)
        .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
        .where(AttemptRow.person_id == person_id, AttemptRow.ended_at.is_(None))
        .order_by(AttemptRow.id)
    )
    return tuple(OpenAttempt(row.id, row.call_id, row.number_key) for row in session.execute(query))


def runs_today(row: CampaignRow, day: date) -> bool:
    """Whether numbers of a campaign may be called on a day."""
    in_time = (row.first_day is None or row.first_day <= day) and (row.last_day is None or day <= row.last_day)
    return in_time and row.state is CampaignState.RUNNING


def _count_faults(campaign: CampaignRow, outcome: Outcome, detail: str) -> None:
    campaign.faults = campaign.faults + 1 if outcome is Outcome.FAULT else 0
    if campaign.faults >= MOST_FAULTS and campaign.state is CampaignState.RUNNING:
        campaign.state = CampaignState.PAUSED
        campaign.why_paused = f"{campaign.faults} × {detail}"[:400]
