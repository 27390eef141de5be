"""Telephone numbers as they are compared. Takes what people and telephone systems write, gives one key for one line.

Sources: E.164 (international form), the Chinese numbering plan (country code 86, trunk prefix 0, mobiles of eleven
digits that begin with 1).
"""

from __future__ import annotations

import re
import unicodedata

MOST_KEY = 40
"""Characters of a key at the most; the longest number of E.164 has 15 digits, extensions and names of lines follow."""
COUNTRY = "86"
MOBILE = re.compile(r"1[3-9]\d{9}")
_SCHEME = re.compile(r"^(?:sips?|tel|callto):", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|,|;|#)\s*\d{1,6}$", re.IGNORECASE)


def number_key(text: str) -> str:
    """Return what equals for the same line however it is written; empty for a text without any digit or letter.

    `+86 138-0000-0020`, `086138…`, `0138 0000 0020`, `tel:138…` and `sip:138…@pbx` all give `13800000020`;
    `010-6500 0000` and `+86 10 6500 0000` give `1065000000`; other countries keep their `+`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _SCHEME.sub("", plain).partition("@")[0].partition(";")[0].replace("%2B", "+")
    plain = _EXTENSION.sub("", plain) if sum(one.isdigit() for one in plain) > 7 else plain
    kept = "".join(one for one in plain if one.isascii() and (one.isalnum() or one in "+*"))
    if not any(one.isdigit() for one in kept):
        return kept.lower()[:MOST_KEY]
    return _national(kept)[:MOST_KEY]


def written_digits(text: str) -> str:
    """Return the digits as they were written, trunk prefix included: somebody types a number from its beginning."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if one.isascii() and one.isdigit())


def dial_string(text: str) -> str:
    """Return what a telephone in China dials for a number: without signs, a landline abroad written home with its 0."""
    plain = unicodedata.normalize("NFKC", text)
    written = "".join(one for one in plain if one.isascii() and (one.isdigit() or one in "+*#"))
    key = number_key(text)
    if not written.startswith(("+" + COUNTRY, "00" + COUNTRY)):
        return (
            "".join(one for one in written if one != "+" or key.startswith("+")) if not MOBILE.fullmatch(key) else key
        )
    return key if MOBILE.fullmatch(key) else "0" + key


def is_dialable(text: str) -> bool:
    """Whether a telephone can dial it: digits, with the signs people write between them."""
    return bool(re.fullmatch(r"\d{2,20}|\+\d{4,20}", number_key(text)))


def _national(kept: str) -> str:
    if kept.startswith("00") and len(kept) > 6:
        kept = "+" + kept[2:]
    if kept.startswith("+") and not kept.startswith("+" + COUNTRY):
        return kept
    kept = kept.removeprefix("+" + COUNTRY) if kept.startswith("+") else kept
    without_trunk = kept.lstrip("0")
    if without_trunk.startswith(COUNTRY) and MOBILE.fullmatch(without_trunk[2:]):
        without_trunk = without_trunk[2:]
    # A nought before an area code or a mobile is the trunk prefix; a short number such as 0800 keeps its own.
    return without_trunk if len(without_trunk) >= 9 else kept
