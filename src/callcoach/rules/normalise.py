"""Text as it is compared: one form for what sounds the same in writing, with the way back.

Takes a transcript or a typed sentence, gives its comparable characters and, for each of them, where
it stood. Punctuation, spaces and letter case vanish; 您 becomes 你; full-width and traditional forms
become the plain ones. Never changes the number of syllables.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from callcoach.rules.traditional import TO_SIMPLIFIED

POLITE_FORMS = {"您": "你", "妳": "你", "祢": "你"}
"""Both forms of "you" sound near enough for a recogniser to mix them up; rules mean either."""
_TO_FULL_WIDTH = 0xFEE0
"""From an ASCII character to its full-width form (Unicode, Halfwidth and Fullwidth Forms)."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """Comparable text. `origin[i]` is the index in the original of character `i`.

    `breaks` holds the positions in `text` before which the original has punctuation.
    """

    text: str
    origin: tuple[int, ...]
    breaks: frozenset[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Half-open span in the original text of the half-open span `start`, `end` here."""
        return self.origin[start], self.origin[end - 1] + 1

    def comparable_span(self, start: int, end: int) -> tuple[int, int]:
        """Half-open span here of the half-open span `start`, `end` in the original text."""
        return bisect_left(self.origin, start), bisect_left(self.origin, end)


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    """Comparable form of one character; empty when it carries no sound, a break when it separates."""
    plain = unicodedata.normalize("NFKC", character).casefold()
    return "".join(
        POLITE_FORMS.get(simple, simple)
        for simple in (TO_SIMPLIFIED.get(one, one) for one in plain)
        if unicodedata.category(simple)[0] in "LN"
    )


@lru_cache(maxsize=4096)
def written_forms(comparable: str) -> frozenset[str]:
    """Return the usual characters that a comparable one may stand for: 你 for 您, 发 for 發, g for G and full width."""
    forms = {comparable, comparable.upper()}
    forms |= {other for other, plain in TO_SIMPLIFIED.items() if plain == comparable}
    forms |= {other for other, plain in POLITE_FORMS.items() if plain == comparable}
    forms |= {chr(ord(form) + _TO_FULL_WIDTH) for form in forms if "!" <= form <= "~"}
    return frozenset(form for form in forms if len(form) == 1)


def normalise(original: str) -> Normalised:
    """Bring `original` into the form in which texts are compared."""
    folds = [_fold(character) for character in original]
    text = "".join(folds)
    if len(text) == len(folds) and all(folds):  # a recogniser writes plain characters alone: one for one
        return Normalised(text, tuple(range(len(text))), frozenset())
    letters: list[str] = []
    origin: list[int] = []
    breaks: set[int] = set()
    for index, (character, folded) in enumerate(zip(original, folds, strict=True)):
        if not folded and not character.isspace():
            breaks.add(len(letters))
        letters.extend(folded)
        origin.extend([index] * len(folded))
    return Normalised("".join(letters), tuple(origin), frozenset(breaks))
