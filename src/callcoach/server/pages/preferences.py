"""Language and colours a reader chose; kept in cookies, so that the sign-in page has them too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError
from callcoach.server.pages.messages import Language, Theme
from callcoach.server.services import services_of

LANGUAGE_COOKIE = "callcoach_language"
THEME_COOKIE = "callcoach_theme"
KEPT_S = 365 * 24 * 3600

Choice = TypeVar("Choice", bound=StrEnum)
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a reader wants pages."""

    language: Language
    theme: Theme


def preferences_of(connection: HTTPConnection) -> Preferences:
    """Return what the request's cookies say; where they say nothing, what the settings do."""
    site = services_of(connection).settings.server
    cookies = connection.cookies
    return Preferences(
        _chosen(Language, cookies.get(LANGUAGE_COOKIE), Language(site.language)),
        _chosen(Theme, cookies.get(THEME_COOKIE), Theme.AUTO),
    )


def said_to(connection: HTTPConnection, error: CallCoachError) -> str:
    """Return what is wrong in the reader's language; in English where the error says no Chinese."""
    return error.zh if error.zh and preferences_of(connection).language is Language.ZH else str(error)


@router.post("/preferences")
def set_preferences(
    request: Request,
    language: Annotated[Language | None, Form()] = None,
    theme: Annotated[Theme | None, Form()] = None,
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Keep a choice and return to the page it was made on."""
    response = RedirectResponse(own_path(back), 303)
    secure = request.url.scheme == "https"
    for name, value in ((LANGUAGE_COOKIE, language), (THEME_COOKIE, theme)):
        if value is not None:
            response.set_cookie(name, value.value, max_age=KEPT_S, secure=secure, httponly=True, samesite="lax")
    return response


def own_path(address: str) -> str:
    """Return the path and query of an address of ours; the start page for any other, so that no link leads away."""
    parts = urlsplit(address)
    # A browser reads `\` as `/`, and drops tabs and line ends: `/\evil` would be another host.
    plain = not any(character in address for character in "\\\t\r\n")
    own = plain and not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if own else "/"


def _chosen(kind: type[Choice], value: str | None, otherwise: Choice) -> Choice:
    return kind(value) if value in {member.value for member in kind} else otherwise
