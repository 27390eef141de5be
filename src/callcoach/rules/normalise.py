"""Text as it is compared: one form for what sounds the same in writing, with the way back.

Takes a transcript or a typed sentence, gives its comparable characters and, for each of them, where
it stood. Punctuation, spaces and letter case vanish; 您 becomes 你; full-width and traditional forms
become the plain ones. Never changes the number of syllables.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from callcoach.rules.traditional import TO_SIMPLIFIED

POLITE_FORMS = {"您": "你", "妳": "你", "祢": "你"}
"""Both forms of "you" sound near enough for a recogniser to mix them up; rules mean either."""


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


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    """Comparable form of one character; empty when it carries no sound, a break when it separates."""
    plain = unicodedata.normalize("NFKC", character).casefold()
    return "".join(
        POLITE_FORMS.get(simple, simple)
        for simple in (TO_SIMPLIFIED.get(one, one) for one in plain)
        if unicodedata.category(simple)[0] in "LN"
    )


def normalise(original: str) -> Normalised:
    """Bring `original` into the form in which texts are compared."""
    letters: list[str] = []
    origin: list[int] = []
    breaks: set[int] = set()
    for index, character in enumerate(original):
        folded = _fold(character)
        if not folded and not character.isspace():
            breaks.add(len(letters))
        letters.extend(folded)
        origin.extend([index] * len(folded))
    return Normalised("".join(letters), tuple(origin), frozenset(breaks))
