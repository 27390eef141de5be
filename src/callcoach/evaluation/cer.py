"""Character error rate of a transcript.

Takes the truth and what was recognised, gives edits and characters. Before counting, both texts
are brought to one spelling: NFKC (full width to half width), lower case, everything that is neither
letter nor digit dropped (punctuation, spaces), and numbers written as they are spoken: a run of
digits becomes a Chinese number (`30` → 三十, `3.5%` → 百分之三点五), except that runs of five digits
and more or with a leading zero are read digit by digit, as numbers of orders and telephones are.
〇 counts as 零, 幺 as 一 (the spoken form in telephone numbers). Nothing else is forgiven: 您 for 你
is an error, and so is a homophone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

DIGITS = "零一二三四五六七八九"
UNITS = ("", "十", "百", "千")
SPOKEN_AS_NUMBER_DIGITS = 4
"""Longest run of digits read as a number; longer ones are read digit by digit."""

_SAME_CHARACTER = str.maketrans({"〇": "零", "幺": "一"})
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?(%?)")


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Edits needed to turn the recognised text into the truth, and the truth's characters."""

    edits: int
    characters: int

    @property
    def rate(self) -> float:
        """Edits per character of truth; 0 when there was nothing to say and nothing was said."""
        if self.characters:
            return self.edits / self.characters
        return float(self.edits > 0)

    def __add__(self, other: ErrorCount) -> ErrorCount:
        """Add up two texts' counts: a rate over many texts weighs each by its length."""
        return ErrorCount(self.edits + other.edits, self.characters + other.characters)


def normalise(text: str) -> str:
    """Return the characters that count, spelt one way (see the module's head)."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_SAME_CHARACTER)
    text = _NUMBER.sub(_spoken, text)
    return "".join(character for character in text if unicodedata.category(character)[0] in "LN")


def _spoken(match: re.Match[str]) -> str:
    whole, fraction, percent = match[1], match[2], match[3]
    spoken = _digit_by_digit(whole) if _is_code(whole) else _number(whole)
    if fraction:
        spoken += "点" + _digit_by_digit(fraction)
    return f"百分之{spoken}" if percent else spoken


def _is_code(digits: str) -> bool:
    return len(digits) > SPOKEN_AS_NUMBER_DIGITS or (len(digits) > 1 and digits[0] == "0")


def _digit_by_digit(digits: str) -> str:
    return "".join(DIGITS[int(digit)] for digit in digits)


def _number(digits: str) -> str:
    """Spell 0 to 9999; zeros inside are spoken once (1005 → 一千零五), 10 to 19 begin with 十."""
    spoken = ""
    for position, digit in enumerate(map(int, digits)):
        unit = UNITS[len(digits) - 1 - position]
        if digit:
            spoken += DIGITS[digit] + unit
        elif not spoken.endswith("零"):
            spoken += "零"
    spoken = spoken.rstrip("零") or "零"
    return spoken.removeprefix("一") if spoken.startswith("一十") else spoken


def edit_distance(truth: str, heard: str) -> int:
    """Return the Levenshtein distance: insertions, deletions and substitutions cost 1 each.

    One row of the table at a time, each computed with numpy: a deletion and a substitution look at
    the row above; the insertions along the row are a running minimum of (cost - column).
    """
    if not truth or not heard:
        return max(len(truth), len(heard))
    heard_codes = np.array([ord(character) for character in heard])
    columns = np.arange(len(heard) + 1)
    row = columns.copy()
    for index, character in enumerate(truth, start=1):
        best = np.empty_like(row)
        best[0] = index
        np.minimum(row[1:] + 1, row[:-1] + (heard_codes != ord(character)), out=best[1:])
        row = np.minimum.accumulate(best - columns) + columns
    return int(row[-1])


def count_errors(truth: str, heard: str) -> ErrorCount:
    """Compare one transcript with its truth, both normalised first."""
    truth, heard = normalise(truth), normalise(heard)
    return ErrorCount(edit_distance(truth, heard), len(truth))


def total(counts: Iterable[ErrorCount]) -> ErrorCount:
    """Add up the counts of many texts."""
    return sum(counts, ErrorCount(0, 0))
