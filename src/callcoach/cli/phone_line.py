"""The terminal phone's line to the server: made of the settings, told on the terminal, closed with the phone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from callcoach.errors import ConfigError

if TYPE_CHECKING:
    from callcoach.line.client import PhoneLine
    from callcoach.settings import Settings


def open_line(settings: Settings, server: str, *, auto_answer: bool) -> PhoneLine | None:
    """Return the line to a server; None without one.

    Raises:
        ConfigError: there is a server and no token.
    """
    if not server:
        return None
    from callcoach.line.client import PhoneLine

    token = settings.phone.token.get_secret_value()
    if not token:
        raise ConfigError(
            "phone.token is empty, and the server wants to know whose phone this is. Make one on the page API tokens "
            "with the scopes phone and calls:write, and set CALLCOACH_PHONE__TOKEN."
        )
    return PhoneLine(
        server,
        token,
        number=settings.sip.user,
        rate_hz=settings.sip.clock_rate_hz,
        auto_answer=auto_answer,
        told=lambda text: print(text, file=sys.stderr, flush=True),
        recordings=settings.calls_dir,
    )
