"""Reviews as the routes use them: opens one, does what is asked in one transaction, gives plain data to render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from callcoach.analysis import ANALYSIS_FILE, load
from callcoach.errors import ConflictError
from callcoach.principal import Principal
from callcoach.review.acts import Act, Appeal, CorrectTurn, Finish
from callcoach.review.guards import Actor
from callcoach.review.rescoring import Basis
from callcoach.server.review.bodies import Change
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services
from callcoach.settings import Settings
from callcoach.store.audit import note
from callcoach.store.calls import get_call
from callcoach.store.model import CallState, CallSummary
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.appointing import Appointed, appoint, appointed
from callcoach.store.reviews.rounds import own_sheet
from callcoach.store.reviews.sheets import (
    Sheet,
    SheetRef,
    kept_basis,
    machine_text,
    names_on,
    read_sheet,
)
from callcoach.work.calendar import calendar_of


@dataclass(frozen=True, slots=True)
class Opened:
    """A sheet with all that is needed to show it."""

    call: CallSummary
    basis: Basis
    sheet: Sheet
    names: Mapping[int, str]
    judge: Appointed | None = None
    """Who is to decide the open appeal."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which sheet somebody asks for: the review of a call, or their own of it in a calibration round."""

    call_id: str
    round_id: int | None = None


def decision_due(settings: Settings, now: datetime) -> datetime:
    """Return until when an appeal made now is to be decided."""
    return calendar_of(settings).deadline(now, settings.review.decision_workdays)


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """Reviews for one request: who asks, from where."""

    services: Services
    principal: Principal
    address: str

    def open(self, place: Place) -> Opened:
        """Return a sheet as it stands.

        Raises:
            NotFoundError: there is no such call, or none the principal may see.
            AccessError: a round the principal does not review in.
            ConflictError: the call is not scored.
        """
        with self.services.database.reading() as session:
            call = get_call(session, self.principal, place.call_id)
            ref = SheetRef(call.pk)
            if place.round_id is not None:
                ref = own_sheet(session, self.principal, place.round_id, place.call_id, to_write=False)
            kept, sheet = kept_basis(session, call.pk), read_sheet(session, ref)
            names = names_on(session, sheet)
            judge = appointed(session, call.pk)
        return Opened(call, kept or _fresh_basis(self.services, call), sheet, names, judge)

    def note_seen(self, place: Place) -> None:
        """Note in the audit log that the review was looked at."""
        with self.services.database.writing() as session:
            about = ("call", place.call_id)
            note(session, "review.see", person_id=self.principal.person_id, about=about, address=self.address)

    def act(self, place: Place, what: Act, change: Change) -> Opened:
        """Do something in a review. When this returns, it is on disk.

        Raises:
            CallCoachError: it may not be done, and why; nothing is changed then.
        """
        seen = self.open(place)
        with self.services.database.writing() as session:
            ref = seen.sheet.ref
            if place.round_id is not None:
                own_sheet(session, self.principal, place.round_id, place.call_id, to_write=True)
            if isinstance(what, CorrectTurn):
                what = replace(what, machine_text=machine_text(session, ref.call_pk, what.turn))
            sheet = do(session, place.call_id, ref, seen.basis, self._deed(what, change, seen.call))
            if isinstance(what, Appeal):
                now = self.services.now()
                appoint(session, ref.call_pk, due_at=decision_due(self.services.settings, now), at=now)
            call = get_call(session, self.principal, place.call_id)
            return Opened(call, seen.basis, sheet, names_on(session, sheet), appointed(session, call.pk))

    def finish(self, place: Place) -> Finish:
        """Return the act that ends a review now; in a calibration round nobody can appeal."""
        if place.round_id is not None:
            return Finish(None)
        settings = self.services.settings
        return Finish(calendar_of(settings).deadline(self.services.now(), settings.review.appeal_workdays))

    def _deed(self, what: Act, change: Change, call: CallSummary) -> Deed:
        person_id = self.principal.person_id
        return Deed(
            act=what,
            actor=Actor(person_id, call.agent_id == person_id),
            at=self.services.now(),
            reason=change.reason,
            expected_version=change.expected_version,
            confirm_rest=change.confirm_remaining,
            zone=ZoneInfo(self.services.settings.server.time_zone),
            address=self.address,
        )


def _fresh_basis(services: Services, call: CallSummary) -> Basis:
    """Return what the machine says of a call that nobody has reviewed yet."""
    if call.state is not CallState.SCORED:
        raise ConflictError(
            f"The call {call.id} is {call.state.value}; it can be reviewed once it is scored.",
            f"通话 {call.id} 还没有评分，评分之后才能复核。",
        )
    path = services.desk.folder(call.id) / ANALYSIS_FILE
    if not path.is_file():
        raise ConflictError(
            f"The analysis of call {call.id} is missing from the data folder ({call.id}/{ANALYSIS_FILE}), so that it "
            "cannot be reviewed. Restore it from a backup.",
            f"通话 {call.id} 的分析结果（{call.id}/{ANALYSIS_FILE}）不在数据文件夹里，无法复核。请从备份恢复。",
        )
    analysis = load(path)
    rubric = catalogue_of(services).rubric
    return Basis(analysis.recording.duration_s, analysis.rules, rubric, analysis.scorecard)
