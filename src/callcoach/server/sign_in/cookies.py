"""The cookie that holds a session's token: scripts cannot read it, other sites cannot send it along with changes."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.responses import Response

from callcoach.server.services import services_of
from callcoach.settings import Settings
from callcoach.store.sessions import Lifetime

SESSION_COOKIE = "callcoach_session"


def session_token(connection: HTTPConnection) -> str:
    """Return the token a request came with; empty for none."""
    return connection.cookies.get(SESSION_COOKIE, "")


def set_session(connection: HTTPConnection, response: Response, token: str) -> None:
    """Give the browser a token. The cookie goes when the browser is closed, the session at its own end."""
    response.set_cookie(SESSION_COOKIE, token, secure=is_secure(connection), httponly=True, samesite="lax")


def clear_session(connection: HTTPConnection, response: Response) -> None:
    """Take the token from the browser."""
    response.delete_cookie(SESSION_COOKIE, secure=is_secure(connection), httponly=True, samesite="lax")


def is_secure(connection: HTTPConnection) -> bool:
    """Whether cookies may travel by https only: it is what the request came by, or what the settings say people use."""
    return connection.url.scheme == "https" or services_of(connection).settings.server.base_url.startswith("https:")


def lifetime_of(settings: Settings) -> Lifetime:
    """Return how long sessions last."""
    return Lifetime(timedelta(minutes=settings.sign_in.idle_min), timedelta(hours=settings.sign_in.lifetime_h))
