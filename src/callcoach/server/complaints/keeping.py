"""Complaints as routes use them: recorded and worked on in one transaction with the note of who did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callcoach.principal import Principal
from callcoach.server.complaints.forms import as_fields
from callcoach.server.complaints.terms import terms_of, viewer_of
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.around.complaint_model import Complaint, ComplaintDeed, ComplaintFields
from callcoach.store.around.complaints import Origin, act, record_complaint
from callcoach.store.around.desk_calls import CallRef, desk_call, find_desk_call
from callcoach.store.around.notes import read_note
from callcoach.store.audit import note
from callcoach.store.calls import call_exists, get_call


@dataclass(frozen=True, slots=True)
class ComplaintDesk:
    """Complaints for one request: who asks, from where."""

    services: Services
    principal: Principal
    doer: Doer

    def prefilled(self, ref: CallRef) -> ComplaintFields:
        """Return what a call tells of a complaint made in it.

        Raises:
            NotFoundError: it is a call one may not see.
        """
        if not ref.phone_call_id:
            return ComplaintFields(number=ref.number)
        with self.services.database.reading() as session:
            if call_exists(session, ref.phone_call_id):
                call = get_call(session, self.principal, ref.phone_call_id)
                own = call.agent_id == self.principal.person_id
                text = read_note(session, self.principal.person_id, ref.phone_call_id).text if own else ""
                return ComplaintFields(customer=call.customer, number=call.number or ref.number, complaint=text)
            text = read_note(session, self.principal.person_id, ref.phone_call_id).text
            kept = find_desk_call(session, self.principal.person_id, ref.phone_call_id)
        return ComplaintFields(number=(kept.number if kept else "") or ref.number, complaint=text)

    def record(self, values: Mapping[str, Any], ref: CallRef) -> int:
        """Record a complaint and return its id."""
        now = self.services.now()
        with self.services.database.writing() as session:
            origin = Origin()
            if ref.phone_call_id and call_exists(session, ref.phone_call_id):
                origin = Origin(call_pk=get_call(session, self.principal, ref.phone_call_id).pk)
            elif ref.phone_call_id:
                kept = desk_call(session, self.principal.person_id, ref, now)
                origin = Origin(kept.call_pk, kept.id)
            terms = terms_of(self.services.settings)
            complaint_id = record_complaint(
                session, self.principal.person_id, as_fields(values), origin, terms, now=now
            )
            note(session, "complaint.record", about=("complaint", str(complaint_id)), **self.doer)
        return complaint_id

    def act(self, complaint_id: int, deed: ComplaintDeed, version: int | None) -> Complaint:
        """Do something about a complaint."""
        viewer = viewer_of(self.services, self.principal)
        with self.services.database.writing() as session:
            terms, now = terms_of(self.services.settings), self.services.now()
            done = act(session, viewer, complaint_id, deed, terms, version=version, now=now)
            about, detail = ("complaint", str(complaint_id)), {"step": deed.step.value}
            note(session, "complaint.step", about=about, detail=detail, **self.doer)
        return done
