"""Numbers as people say them on the telephone: 24, 二十四, 两三 (taken as 3), 一个半 is left to the caller."""

from __future__ import annotations

NUMBER = r"(?:\d{1,4}(?:\.\d)?|[零〇一二两三四五六七八九十百]{1,5})"
"""Expression of what `read_number` reads."""
RANGE = rf"{NUMBER}(?:(?:到|至|~|～|-|—){NUMBER})?"
"""A number or a stretch, of which the end counts."""
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}


def read_number(text: str) -> float:
    """Return the number; of a stretch (三到五, 24-48) or two neighbours (两三) the greater.

    >>> [read_number(one) for one in ("24", "二十四", "十", "两三", "三到五", "一百二十")]
    [24.0, 24.0, 10.0, 3.0, 5.0, 120.0]
    """
    for between in ("到", "至", "~", "～", "-", "—"):
        text = text.rpartition(between)[2] or text
    if text[0].isdigit():
        return float(text)
    if not any(unit in text for unit in _UNITS):
        return float(_DIGITS[text[-1]])
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return float(total + digit)
