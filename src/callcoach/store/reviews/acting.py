"""Doing something in a review, in one transaction: lock, compare versions, check, write, carry over to the call.

What was written is on disk when the transaction ends, which is before anybody is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlalchemy.orm import Session

from callcoach.datapath import FindingStatus
from callcoach.errors import ConflictError
from callcoach.review.acts import Act, Appeal, Decide, Event, Finish, Judge, Verdict
from callcoach.review.guards import Actor, Wanted, check, unjudged
from callcoach.review.rescoring import Basis, rescore
from callcoach.review.sheet import step_of
from callcoach.review.stages import OUT, Stage, Step
from callcoach.review.wording import names_from, refuse_stale
from callcoach.store.audit import note
from callcoach.store.events import EventKind, emit
from callcoach.store.reviews.appointing import refuse_others
from callcoach.store.reviews.outcome import carry_over
from callcoach.store.reviews.sheets import Sheet, SheetRef, append, lock_sheet, names_on


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does in a review."""

    act: Act
    actor: Actor
    at: datetime
    reason: str = ""
    expected_version: int | None = None
    """The version the person saw; None: whatever it is now (the installation itself, or what cannot collide)."""
    confirm_rest: bool = False
    """With `Finish`: confirm every scored finding that has no verdict yet. What waits for a person still does."""
    zone: tzinfo = UTC
    address: str = ""


TOLD: dict[type[Act], EventKind] = {
    Finish: EventKind.REVIEW_FINISHED,
    Appeal: EventKind.APPEAL_FILED,
    Decide: EventKind.APPEAL_DECIDED,
}
"""Acts that the outside is told of."""


def do(session: Session, call_id: str, ref: SheetRef, basis: Basis, deed: Deed) -> Sheet:
    """Do it, and return the sheet after it.

    Raises:
        StaleReviewError: somebody else changed the review since the person saw it; the words say what.
        AccessError: not this person, or somebody else is to decide the appeal.
        ConflictError: not at this stage or time.
        InputError: it names what the call does not have.
    """
    row, sheet = lock_sheet(session, ref, basis, deed.at)
    _refuse_stale(session, sheet, deed)
    for act in (*_rest(deed, basis, sheet), deed.act):
        wanted = Wanted(act, deed.reason, deed.actor, deed.at)
        check(wanted, basis, sheet.review, sheet.events)
        if sheet.review.stage is Stage.APPEALED and step_of(act, sheet.events) is not Step.NOTE:
            refuse_others(session, ref.call_pk, deed.actor.person_id)
        event = Event(len(sheet.events) + 1, deed.at, deed.actor.person_id, act, deed.reason.strip())
        sheet = append(session, row, sheet, event)
    carry_over(session, sheet, basis)
    told = TOLD.get(type(deed.act))
    if told is not None and ref.round_id is None:
        emit(session, told, ref.call_pk, {"score": rescore(basis, sheet.review).scorecard.score}, at=deed.at)
    note(
        session,
        f"review.{deed.act.kind.replace('_', '.')}",
        person_id=deed.actor.person_id,
        about=("call", call_id),
        detail={"version": sheet.review.version} | ({"round": ref.round_id} if ref.round_id else {}),
        address=deed.address,
    )
    return sheet


def _refuse_stale(session: Session, sheet: Sheet, deed: Deed) -> None:
    expected = deed.expected_version
    if expected is None or expected == sheet.review.version:
        return
    if deed.actor.is_the_agent and sheet.review.stage not in OUT:
        # And what it says is not for the agent.
        raise ConflictError("The review of this call is not finished yet.", "这通电话的复核还没有完成。")
    refuse_stale(expected, sheet.events, names_from(names_on(session, sheet)), deed.zone)


def _rest(deed: Deed, basis: Basis, sheet: Sheet) -> list[Judge]:
    if not (deed.confirm_rest and isinstance(deed.act, Finish)):
        return []
    left = (basis.finding(name) for name in unjudged(basis, sheet.review))
    return [Judge(one.id, Verdict.CONFIRMED) for one in left if one and one.status is FindingStatus.SCORED]
