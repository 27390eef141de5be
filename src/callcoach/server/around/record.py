"""What desks kept of a call that was handed in, as its page and the API show it."""

from __future__ import annotations

from callcoach.principal import Principal
from callcoach.server.around.contexts import AroundPart
from callcoach.server.complaints.terms import viewer_of
from callcoach.server.services import Services
from callcoach.store.around.callbacks import CallbackFilter, list_callbacks
from callcoach.store.around.complaint_lists import list_complaints
from callcoach.store.around.complaint_model import ComplaintFilter
from callcoach.store.around.follow_ups import FollowUpFilter, list_follow_ups, responses_of
from callcoach.store.around.kept import records_of
from callcoach.store.calls import get_call


def around_part(services: Services, principal: Principal, call_id: str) -> AroundPart:
    """Return what was kept of a call one may see.

    Raises:
        NotFoundError: there is none such.
    """
    viewer = viewer_of(services, principal)
    with services.database.reading() as session:
        call = get_call(session, principal, call_id)
        callbacks = list_callbacks(session, principal, CallbackFilter(call_pk=call.pk)).callbacks
        complaints = list_complaints(session, viewer, ComplaintFilter(call_pk=call.pk)).complaints
        follow_ups = list_follow_ups(session, principal, FollowUpFilter(call_pk=call.pk)).follow_ups
        answers = responses_of(session, [one.id for one in follow_ups])
        asked = tuple((one, next(iter(answers.get(one.id, ())), None)) for one in follow_ups)
        return AroundPart(call.id, records_of(session, call.pk), callbacks, complaints, asked)
