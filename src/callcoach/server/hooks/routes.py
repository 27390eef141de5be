"""`/api/v1/webhooks`: addresses that are told of events, and what came of it; for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.hooks import keeping
from callcoach.server.hooks.views import (
    DeliveryView,
    NewWebhookView,
    WebhookBody,
    WebhookChangeBody,
    WebhookView,
    delivery_view,
    hook_view,
    new_hook_view,
)
from callcoach.server.pages.places import KeyInPath
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.events import list_deliveries
from callcoach.store.hooks import get_hook, list_hooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

Keeper = Annotated[Principal, Depends(require(Permission.HOOKS))]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("")
def get_webhooks(_: Keeper, services: WithServices) -> list[WebhookView]:
    """List all addresses."""
    with services.database.reading() as session:
        return [hook_view(hook) for hook in list_hooks(session)]


@router.post("", status_code=201)
def post_webhook(body: WebhookBody, request: Request, principal: Keeper, services: WithServices) -> NewWebhookView:
    """Add an address."""
    made = keeping.add(services, body.url, body.kinds, body.least_severity, by(request, principal))
    return new_hook_view(made)


@router.get("/{hook_id}")
def get_webhook(hook_id: KeyInPath, _: Keeper, services: WithServices) -> WebhookView:
    """Return an address."""
    with services.database.reading() as session:
        return hook_view(get_hook(session, hook_id))


@router.patch("/{hook_id}")
def patch_webhook(
    hook_id: KeyInPath, body: WebhookChangeBody, request: Request, principal: Keeper, services: WithServices
) -> WebhookView:
    """Switch an address on or off, or change what it is told; what waits for one switched off is dropped."""
    changed = keeping.change(
        services,
        hook_id,
        by(request, principal),
        active=body.active,
        kinds=body.kinds,
        least_severity=body.least_severity,
    )
    return hook_view(changed)


@router.delete("/{hook_id}", status_code=204)
def delete_webhook(hook_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> None:
    """Remove an address with its log of deliveries."""
    keeping.remove(services, hook_id, by(request, principal))


@router.get("/{hook_id}/deliveries")
def get_deliveries(hook_id: KeyInPath, _: Keeper, services: WithServices, limit: Limit = 100) -> list[DeliveryView]:
    """List the latest deliveries of an address, newest first."""
    with services.database.reading() as session:
        get_hook(session, hook_id)
        return [delivery_view(one) for one in list_deliveries(session, hook_id, limit)]


@router.post("/{hook_id}/deliveries/{delivery_id}/resend", status_code=202)
def post_resend(
    hook_id: KeyInPath, delivery_id: KeyInPath, request: Request, principal: Keeper, services: WithServices
) -> DeliveryView:
    """Have an event delivered again, with the tries counted anew."""
    return delivery_view(keeping.resend(services, hook_id, delivery_id, by(request, principal)))
