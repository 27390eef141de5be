"""Numbers in links that other programs make: `tel:`, `sip:`, `callto:` (RFC 3966, RFC 3261 section 19.1)."""

from __future__ import annotations

import re
from urllib.parse import unquote

_SEPARATORS = re.compile(r"[\s().-]")
"""What people write between digits; RFC 3966 calls them visual separators."""
_NUMBER = re.compile(r"\+?[0-9*#]+")


def number_of_link(link: str) -> str:
    """Return what to dial for a link or a bare number; empty for an empty one.

    >>> number_of_link("tel:+86-138-0000-0000;ext=5")
    '+8613800000000'
    >>> number_of_link("sip:8001@pbx.example.com")
    'sip:8001@pbx.example.com'
    """
    scheme, colon, rest = link.strip().partition(":")
    match scheme.lower() if colon else "":
        case "tel" | "callto":
            return _bare(unquote(rest).lstrip("/").partition(";")[0].partition("?")[0])
        case "sip" | "sips":
            return f"{scheme.lower()}:{unquote(rest).lstrip('/')}"
        case _:
            return _bare(link.strip())


def _bare(number: str) -> str:
    """Return a number without what people write between its digits; other texts as they are."""
    bare = _SEPARATORS.sub("", number)
    return bare if _NUMBER.fullmatch(bare) else number
