"""Adding and changing webhooks, each with its line in the audit log; for the pages and the API alike."""

from __future__ import annotations

from collections.abc import Iterable

from callcoach.datapath import Severity
from callcoach.server.hooks.addresses import check_url
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.events import Delivery, EventKind, Hook, get_delivery, send_again
from callcoach.store.hooks import add_hook, change_hook, remove_hook, switch_hook


def add(services: Services, url: str, kinds: Iterable[EventKind], least_severity: Severity, doer: Doer) -> Hook:
    """Add an address with a secret of its own.

    Raises:
        InputError: it is no address, none that may be told, or is to be told nothing.
    """
    check_url(url, services.settings.hooks)
    with services.database.writing() as session:
        hook = add_hook(session, doer["person_id"], url, kinds, least_severity, now=services.now())
        note(session, "hook.add", about=("hook", str(hook.id)), detail={"name": hook.url}, **doer)
    return hook


def change(
    services: Services,
    hook_id: int,
    doer: Doer,
    *,
    active: bool | None,
    kinds: Iterable[EventKind] | None,
    least_severity: Severity | None,
) -> Hook:
    """Change what an address is told.

    Raises:
        NotFoundError: there is none of this id.
        InputError: it is to be told nothing.
    """
    with services.database.writing() as session:
        hook = change_hook(session, hook_id, active=active, kinds=kinds, least_severity=least_severity)
        detail = {"on": hook.active, "kinds": sorted(hook.kinds), "least_severity": hook.least_severity.value}
        note(session, "hook.change", about=("hook", str(hook_id)), detail=detail, **doer)
    return hook


def switch(services: Services, hook_id: int, doer: Doer, *, active: bool) -> None:
    """Tell an address, or tell it nothing more.

    Raises:
        NotFoundError: there is none of this id.
    """
    with services.database.writing() as session:
        switch_hook(session, hook_id, active=active)
        note(session, "hook.switch", about=("hook", str(hook_id)), detail={"on": active}, **doer)


def remove(services: Services, hook_id: int, doer: Doer) -> None:
    """Remove an address with its log of deliveries.

    Raises:
        NotFoundError: there is none of this id.
    """
    with services.database.writing() as session:
        hook = remove_hook(session, hook_id)
        note(session, "hook.remove", about=("hook", str(hook_id)), detail={"name": hook.url}, **doer)


def resend(services: Services, hook_id: int, delivery_id: int, doer: Doer) -> Delivery:
    """Have an event delivered again.

    Raises:
        NotFoundError: the hook has no such delivery.
        ConflictError: the hook is switched off.
    """
    with services.database.writing() as session:
        send_again(session, hook_id, delivery_id, services.now())
        note(session, "hook.resend", about=("hook", str(hook_id)), detail={"delivery": delivery_id}, **doer)
        return get_delivery(session, hook_id, delivery_id)
