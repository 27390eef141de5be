"""Refuses changes that a page of somebody else's asked a browser for (cross-site request forgery).

A browser sends its session cookie wherever a page tells it to. Each form of ours therefore carries a token that only
pages of this session know, and htmx sends it as a header. Requests with an API token need none: no browser sends one
by itself. Where nobody has signed in yet, the browser's word on where the request began is what there is.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request

from callcoach.errors import ForgeryError
from callcoach.server.services import services_of
from callcoach.server.sign_in.cookies import session_token

FIELD = "forgery_token"
HEADER = "X-Forgery-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def forgery_token(session: str) -> str:
    """Return the token of a session's forms; from the session's own secret, so that nothing more is kept."""
    return hmac.new(session.encode(), b"forgery token of forms", hashlib.sha256).hexdigest() if session else ""


async def check_forgery(connection: HTTPConnection) -> AsyncIterator[None]:
    """Dependency of every route: let a change pass only if a page of ours asked for it.

    Raises:
        ForgeryError: it is not shown that one did.
    """
    try:
        await _check(connection)
        yield
    finally:
        form: FormData | None = getattr(connection.state, "form_to_close", None)
        if form is not None:
            await form.close()


async def _check(connection: HTTPConnection) -> None:
    if connection.headers.get("authorization", "").lower().startswith("bearer "):
        return
    session = session_token(connection)
    if not isinstance(connection, Request):
        if session and not _is_ours(connection):  # a WebSocket: browsers let any page open one, with cookies
            raise ForgeryError("A page of another site asked for this connection.", "这个连接来自别的网站的页面。")
    elif connection.method not in SAFE_METHODS:
        await _check_change(connection, session)


async def _check_change(request: Request, session: str) -> None:
    if not session:
        if not _is_ours(request):
            raise ForgeryError(
                "A page of another site asked for this change. Open CallCoach itself and repeat it.",
                "这次改动来自别的网站的页面。请打开 CallCoach 再做一次。",
            )
    elif not hmac.compare_digest((await _sent(request)).encode(), forgery_token(session).encode()):
        raise ForgeryError(
            "The form is not of this session. Load the page again and repeat the change.",
            "这个表单不属于当前的登录。请重新载入页面，再做一次。",
        )


async def _sent(request: Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None or not request.headers.get("content-type", "").startswith(FORM_TYPES):
        return header or ""
    form = await request.form()
    # The route reads the same form; where it takes none, nobody else would close files that were sent.
    request.state.form_to_close = form
    value = form.get(FIELD)
    return value if isinstance(value, str) else ""


def _is_ours(connection: HTTPConnection) -> bool:
    """Whether the browser says that a page of ours asked; what says nothing is no browser."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    base_url = services_of(connection).settings.server.base_url
    return urlsplit(origin).netloc in (connection.headers.get("host"), urlsplit(base_url).netloc or None)
