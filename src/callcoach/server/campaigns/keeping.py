"""What supervisors do with campaigns, the same for pages and API: each deed with its line in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from callcoach.campaigns.outcomes import CampaignState
from callcoach.errors import AccessError, InputError
from callcoach.principal import Principal, Role
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.campaigns.keeping import add_campaign, change_campaign, get_campaign, set_state
from callcoach.store.campaigns.leads import assign_by_owner, assign_evenly, assign_to
from callcoach.store.campaigns.model import Campaign, CampaignTerms
from callcoach.store.choices import agents_to_choose


@dataclass(frozen=True, slots=True)
class Assignment:
    """How numbers are given to agents: `even`, `owner` (of the customer) or `hand` (the ids named)."""

    how: str
    person_ids: tuple[int, ...] = ()
    lead_ids: tuple[int, ...] = ()
    again: bool = False
    """Whether numbers that somebody has already are given anew."""


def add(services: Services, principal: Principal, terms: CampaignTerms, doer: Doer) -> int:
    """Make a campaign and return its id; errors as of the store's `add_campaign`."""
    _check_team(principal, terms)
    with services.database.writing() as session:
        campaign_id = add_campaign(session, terms, principal.person_id, services.now())
        about, detail = ("campaign", str(campaign_id)), {"name": terms.name}
        note(session, "campaign.add", about=about, detail=detail, **doer)
    return campaign_id


def change(services: Services, principal: Principal, before: Campaign, terms: CampaignTerms, doer: Doer) -> None:
    """Change the terms of a campaign."""
    _check_team(principal, terms)
    with services.database.writing() as session:
        change_campaign(session, before.id, terms)
        about, detail = ("campaign", str(before.id)), {"name": terms.name}
        note(session, "campaign.change", about=about, detail=detail, **doer)


def set_to(services: Services, principal: Principal, campaign_id: int, state: CampaignState, doer: Doer) -> None:
    """Start, pause or end a campaign."""
    with services.database.writing() as session:
        get_campaign(session, principal, campaign_id)
        set_state(session, campaign_id, state)
        about, detail = ("campaign", str(campaign_id)), {"state": state.value}
        note(session, "campaign.state", about=about, detail=detail, **doer)


def assign(services: Services, principal: Principal, campaign_id: int, order: Assignment, doer: Doer) -> int:
    """Give numbers to agents and return how many.

    Raises:
        InputError: the way is unknown, or an agent is none of those the person may choose.
    """
    with services.database.writing() as session:
        get_campaign(session, principal, campaign_id)
        known = {person_id for person_id, _ in agents_to_choose(session, principal)}
        if unknown := set(order.person_ids) - known:
            raise InputError(
                f"These are no agents of yours: {sorted(unknown)}.", f"这些人不是您的坐席：{sorted(unknown)}。"
            )
        if order.how == "even":
            count = assign_evenly(session, campaign_id, order.person_ids, again=order.again)
        elif order.how == "owner":
            count = assign_by_owner(session, campaign_id)
        elif order.how == "hand":
            person_id = order.person_ids[0] if order.person_ids else None
            count = assign_to(session, campaign_id, order.lead_ids, person_id)
        else:
            raise InputError(
                f"{order.how!r} is no way to assign numbers; expected even, owner or hand.",
                f"不认识的分配方式 {order.how!r}；应为 even、owner 或 hand。",
            )
        detail = {"how": order.how, "numbers": count}
        note(session, "campaign.assign", about=("campaign", str(campaign_id)), detail=detail, **doer)
    return count


def _check_team(principal: Principal, terms: CampaignTerms) -> None:
    """A supervisor makes campaigns for the teams they lead: of any other they would see nothing."""
    if principal.role is Role.SUPERVISOR and terms.team_id is not None and terms.team_id not in principal.team_ids:
        raise AccessError("You do not lead this team. Choose one of yours.", "您不带这个团队，请选自己的团队。")
