"""Times in forms: `<input type="datetime-local">` speaks of the site's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callcoach.errors import InputError


def read_local(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the time a field holds; None for an empty one.

    Raises:
        InputError: it is no time.
    """
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text[:40]!r} is no time; expected one such as 2026-01-31T15:00.",
            f"{text[:40]!r} 不是时间，应写成 2026-01-31T15:00 这样。",
        ) from error


def as_local(at: datetime, zone: ZoneInfo) -> str:
    """Return a time as a field shows it."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
