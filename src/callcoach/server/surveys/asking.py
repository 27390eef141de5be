"""The questions of a survey as a form: at the desk while calling, and on a follow-up's page; what it sends is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from callcoach.around.surveys import RANGES, QuestionKind
from callcoach.principal import Principal
from callcoach.server.pages.rendering import View
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.around.follow_ups import (
    FollowUp,
    Response,
    asked_version,
    decline,
    follow_up_of_lead,
    get_follow_up,
    keep_answers,
)
from callcoach.store.around.surveys import SurveyVersion
from callcoach.store.audit import note
from callcoach.store.engine import Session


@dataclass(frozen=True, slots=True)
class AskingPart(View):
    """The questions to ask. At the desk the form replaces the part with the number that is called."""

    template: ClassVar[str] = "surveys/_asking.html.j2"

    follow_up: FollowUp
    version: SurveyVersion
    at_desk: bool
    given: Mapping[int, str] = field(default_factory=dict[int, str])
    """What was filled in already, by question."""
    ranges: Mapping[QuestionKind, tuple[int, int]] = field(default_factory=lambda: RANGES)


def asking_of_lead(session: Session, lead_id: int) -> AskingPart | None:
    """Return the questions that a number of a list is called for; None: it is called for something else."""
    found = follow_up_of_lead(session, lead_id)
    version = asked_version(session, found) if found else None
    return AskingPart(found, version, at_desk=True) if found and version else None


def answer(
    services: Services,
    principal: Principal,
    follow_up_id: int,
    *,
    version_id: int,
    given: Mapping[int, str],
    doer: Doer,
) -> Response:
    """Keep what a customer answered; errors as of the store's `keep_answers`."""
    callback_after = timedelta(hours=services.settings.callbacks.usual_h)
    with services.database.writing() as session:
        get_follow_up(session, principal, follow_up_id)
        kept = keep_answers(
            session,
            principal.person_id,
            follow_up_id,
            version_id,
            given,
            callback_after=callback_after,
            now=services.now(),
        )
        about = ("follow_up", str(follow_up_id))
        note(session, "follow_up.answer", about=about, detail=detail_of(kept), **doer)
    return kept


def not_answered(services: Services, principal: Principal, follow_up_id: int, remark: str, doer: Doer) -> None:
    """Note that a customer does not answer; errors as of the store's `decline`."""
    with services.database.writing() as session:
        get_follow_up(session, principal, follow_up_id)
        decline(session, principal.person_id, follow_up_id, remark, services.now())
        note(session, "follow_up.decline", about=("follow_up", str(follow_up_id)), **doer)


def detail_of(kept: Response) -> dict[str, int | bool]:
    """Return what the audit log tells of answers: not the answers themselves."""
    return {"number": kept.number, "dissatisfied": kept.is_dissatisfied, "callback": kept.callback_id or 0}
