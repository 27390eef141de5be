"""Webhooks and deliveries as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from callcoach.datapath import Severity
from callcoach.store.events import Delivery, EventKind, Hook
from callcoach.store.hooks import MAX_URL

Kinds = Annotated[list[EventKind], Field(min_length=1, max_length=len(EventKind))]


class WebhookBody(BaseModel):
    """An address to be told. `least_severity` counts for events about findings."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]
    kinds: Kinds
    least_severity: Severity = Severity.SERIOUS


class WebhookChangeBody(BaseModel):
    """What changes of a webhook; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid")

    active: bool | None = None
    kinds: Kinds | None = None
    least_severity: Severity | None = None


class WebhookView(BaseModel):
    """An address that is told."""

    id: int
    url: str
    kinds: list[EventKind]
    least_severity: Severity
    active: bool
    made_at: datetime


class NewWebhookView(WebhookView):
    """A webhook just added, with the secret its messages are signed by; the page of the webhook shows it again."""

    secret: str


class DeliveryView(BaseModel):
    """One event for one address. `next_at` is when it is tried; null: it is through, or was given up."""

    id: int
    event_id: str
    type: str
    call_id: str
    attempts: int
    next_at: datetime | None
    last_at: datetime | None
    status: int | None
    answer: str
    took_ms: int | None
    delivered: bool


def hook_view(hook: Hook) -> WebhookView:
    """Return what the API shows of a webhook."""
    return WebhookView.model_validate(_plain(hook))


def new_hook_view(hook: Hook) -> NewWebhookView:
    """Return what the API shows of a webhook just added."""
    return NewWebhookView.model_validate({**_plain(hook), "secret": hook.secret})


def delivery_view(delivery: Delivery) -> DeliveryView:
    """Return what the API shows of a delivery."""
    return DeliveryView(
        id=delivery.id,
        event_id=f"evt_{delivery.event.id}",
        type=delivery.event.kind,
        call_id=delivery.event.call_id,
        attempts=delivery.attempts,
        next_at=delivery.next_at,
        last_at=delivery.last_at,
        status=delivery.status,
        answer=delivery.answer,
        took_ms=delivery.took_ms,
        delivered=delivery.delivered,
    )


def _plain(hook: Hook) -> dict[str, object]:
    return {
        "id": hook.id,
        "url": hook.url,
        "kinds": sorted(hook.kinds),
        "least_severity": hook.least_severity,
        "active": hook.active,
        "made_at": hook.made_at,
    }
