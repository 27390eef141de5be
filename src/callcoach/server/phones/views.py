"""A phone as pages are shown it: how it stands, and what was heard live of its calls."""

from __future__ import annotations

from typing import Any

from callcoach.line.standing import as_plain
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.phone import Phone


def shown(exchange: Exchange, phone: Phone) -> dict[str, Any]:
    """Return the phone as JSON data."""
    live: dict[str, Any] = {}
    for call in phone.standing.calls:
        record = exchange.live(call.call_id)
        if record is not None:
            live[call.call_id] = {"told": record.told, "score": record.score, "gauges": record.gauges}
    return {
        "person_id": phone.principal.person_id,
        "name": phone.principal.name,
        "number": phone.hello.number,
        "rate_hz": phone.hello.sample_rate_hz,
        "standing": as_plain(phone.standing),
        "live": live,
    }
