"""The site's limits for complaints, and what a person may decide: the settings as the store takes them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from callcoach.around.complaints import NEXT_STEP, Actor, Level
from callcoach.principal import Principal, Role
from callcoach.rights import Permission, may
from callcoach.server.services import Services
from callcoach.settings import Settings
from callcoach.store.around.complaint_model import Viewer
from callcoach.store.around.complaints import Terms
from callcoach.store.people import person_by_id


def terms_of(settings: Settings) -> Terms:
    """Return the limits in force."""
    own = settings.complaints
    minutes = own.incident_report_min
    return Terms(
        next_over=Decimal(own.next_level_yuan),
        head_over=Decimal(own.head_office_yuan),
        report=timedelta(minutes=minutes) if minutes else None,
        whole=timedelta(hours=own.deadline_h),
        of_step={state: timedelta(hours=getattr(own, f"{step.value}_h")) for state, step in NEXT_STEP.items()},
    )


def viewer_of(services: Services, principal: Principal) -> Viewer:
    """Return what a person sees of complaints and decides on."""
    decides = may(principal, Permission.COMPLAINTS_DECIDE)
    levels = {Level.TEAM} if decides else set[Level]()
    own = services.settings.complaints
    named = {Level.NEXT: own.next_level, Level.HEAD_OFFICE: own.head_office}
    if any(named.values()) or principal.role is Role.ADMINISTRATOR:
        with services.database.reading() as session:
            login = person_by_id(session, principal.person_id).login
        for level, logins in named.items():
            if login in logins or (not logins and principal.role is Role.ADMINISTRATOR):
                levels.add(level)
    return Viewer(principal, Actor(principal.person_id, decides, frozenset(levels)))
