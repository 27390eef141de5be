"""An agent's work on a list: the next number, called, skipped, its result noted; the same for desk, page and API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from callcoach.campaigns.outcomes import CampaignMode
from callcoach.errors import ConflictError, InputError
from callcoach.principal import Principal
from callcoach.server.dialling.dialler import Dialler
from callcoach.server.dialling.hours import hours_of
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.campaigns.attempts import give_result
from callcoach.store.campaigns.keeping import campaign_by_id, get_campaign, join, leave
from callcoach.store.campaigns.leads import get_lead
from callcoach.store.campaigns.model import Lead, Refusal
from callcoach.store.campaigns.taking import give_back, held_lead, renew, take_next, take_this

LATEST_AGAIN = timedelta(days=180)


def dialler_of(connection: HTTPConnection) -> Dialler:
    """Return the dialler of the server a request came to."""
    return connection.app.state.dialler


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call."""

    result: str
    note: str = ""
    again_at: datetime | None = None
    do_not_call: bool = False


def current(services: Services, principal: Principal) -> Lead | None:
    """Return the number the agent has before them."""
    with services.database.reading() as session:
        return held_lead(session, principal.person_id, services.now())


def next_lead(services: Services, principal: Principal, campaign_id: int) -> Lead | None:
    """Return the number the agent has, or the campaign's next, which is theirs for a while; None: there is none now.

    Raises:
        NotFoundError: there is no such campaign among those the agent may see.
        ConflictError: it does not run today.
    """
    now, hours = services.now(), hours_of(services.settings)
    today = now.astimezone(hours.zone).date()
    with services.database.writing() as session:
        held = held_lead(session, principal.person_id, now)
        if held is not None:
            return held
        campaign = get_campaign(session, principal, campaign_id)
        if not campaign.runs_on(today):
            raise ConflictError(
                "The campaign is not running, or not on this day.", "任务没有在进行，或今天不在起止日期内。"
            )
        return take_next(
            session,
            campaign_id,
            principal.person_id,
            now=now,
            hold_s=services.settings.dialling.reservation_s,
            today=today,
        )


def take(services: Services, principal: Principal, lead_id: int) -> Lead:
    """Take a certain number.

    Raises:
        NotFoundError: there is none of this id in a campaign the agent may see.
        ConflictError: it is not free, or the agent has another one.
    """
    now, hours = services.now(), hours_of(services.settings)
    with services.database.writing() as session:
        get_campaign(session, principal, get_lead(session, lead_id).campaign_id)
        held = held_lead(session, principal.person_id, now)
        if held is not None and held.id != lead_id:
            raise ConflictError("Finish the number you have first.", "先处理手上的号码。")
        if held is not None:
            return held
        today = now.astimezone(hours.zone).date()
        return take_this(
            session,
            lead_id,
            principal.person_id,
            now=now,
            hold_s=services.settings.dialling.reservation_s,
            today=today,
        )


async def call(services: Services, dialler: Dialler, doer: Doer, lead_id: int) -> Refusal | str:
    """Call a number that was taken; return the call's id, or why it may not be called now."""
    done = await dialler.dial(doer["person_id"], lead_id)

    def noted() -> None:
        detail = {"refused": done.en} if isinstance(done, Refusal) else {"call": done}
        with services.database.writing() as session:
            note(session, "lead.dial", about=("lead", str(lead_id)), detail=detail, **doer)

    await run_in_threadpool(noted)
    return done


def keep(services: Services, principal: Principal, lead_id: int) -> datetime:
    """Let the agent, who still looks at the number, have it for longer; return until when.

    Raises:
        NotFoundError: there is none of this id.
        ConflictError: the agent has it no more.
    """
    hold_s = services.settings.dialling.reservation_s
    with services.database.writing() as session:
        return renew(session, lead_id, principal.person_id, now=services.now(), hold_s=hold_s)


def skip(services: Services, doer: Doer, lead_id: int, reason: str, *, for_good: bool) -> None:
    """Give a number back uncalled, with the reason; it waits as one that nobody answered, or is called no more.

    Raises:
        InputError: there is no reason.
        ConflictError: the agent does not have it.
    """
    if not reason.strip():
        raise InputError("Say why the number is skipped.", "请写明跳过的原因。")
    now = services.now()
    with services.database.writing() as session:
        campaign = campaign_by_id(session, get_lead(session, lead_id).campaign_id)
        again_at = None if for_good else now + timedelta(minutes=campaign.terms.no_answer_min)
        give_back(session, lead_id, doer["person_id"], reason, now, again_at=again_at)
        detail = {"reason": reason[:200], "for_good": for_good}
        note(session, "lead.skip", about=("lead", str(lead_id)), detail=detail, **doer)


def finish(services: Services, doer: Doer, lead_id: int, told: Result) -> None:
    """Note what came of a call.

    Raises:
        InputError: nothing is said, or the time to call again is past or far off.
        ConflictError: no call of the agent's waits for its result.
    """
    now = services.now()
    if not told.result.strip() and told.again_at is None:
        raise InputError("Choose what came of the call.", "请选择结果。")
    if told.again_at is not None and not now < told.again_at < now + LATEST_AGAIN:
        raise InputError("The time to call again must lie within the next half year.", "再拨时间须在今后半年内。")
    with services.database.writing() as session:
        give_result(
            session,
            lead_id,
            doer["person_id"],
            told.result,
            note=told.note,
            now=now,
            again_at=told.again_at,
            do_not_call=told.do_not_call,
        )
        detail = {"result": told.result[:80], "again": told.again_at is not None, "do_not_call": told.do_not_call}
        note(session, "lead.result", about=("lead", str(lead_id)), detail=detail, **doer)


def switch_progressive(services: Services, principal: Principal, doer: Doer, campaign_id: int | None) -> None:
    """Have the agent take a campaign's progressive calls; None: none any more.

    Raises:
        NotFoundError: there is no such campaign among those the agent may see.
        ConflictError: it is no progressive one.
    """
    with services.database.writing() as session:
        if campaign_id is None:
            leave(session, principal.person_id)
        else:
            campaign = get_campaign(session, principal, campaign_id)
            if campaign.terms.mode is not CampaignMode.PROGRESSIVE:
                raise ConflictError("Agents dial the numbers of this campaign themselves.", "这个任务由坐席自己拨打。")
            join(session, campaign_id, principal.person_id, services.now())
        about = ("campaign", str(campaign_id or ""))
        note(session, "campaign.join", about=about, detail={"on": campaign_id is not None}, **doer)
