"""Text as the index holds it: words by jieba, and pairs of neighbouring characters. Knows no database.

Both texts and terms are brought into the form in which rules compare text (traditional becomes simplified, 您 becomes
你, full width and letter case vanish), so that what sounds the same is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from callcoach.rules.normalise import normalise
from callcoach.rules.words import is_one_word, words_for_search

BREAK = "|"
"""Token at a pause or the end of a turn: no phrase reaches over it."""
MAX_TERMS = 8
"""Terms of one search that are looked for; more narrow it no further in practice."""
_RUN = re.compile(r"[⺀-\U0010ffff]+|[^⺀-\U0010ffff]+")
"""Chinese characters, or letters and digits, without anything between."""


@dataclass(frozen=True, slots=True)
class IndexedText:
    """Tokens of one stretch of a call, in order."""

    words: tuple[str, ...]
    grams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for: all `words`, anywhere, if there are any; or `grams` one after the other.

    The last gram may be longer in the text where `open_end` says so.
    """

    words: tuple[str, ...]
    grams: tuple[str, ...]
    open_end: bool


def index_tokens(turns: tuple[str, ...]) -> IndexedText:
    """Return the tokens of some turns."""
    words: list[str] = []
    grams: list[str] = []
    for turn in turns:
        turn_words, turn_grams = _turn_tokens(turn)
        words += turn_words
        grams += (*turn_grams, BREAK)
    return IndexedText(tuple(words), tuple(grams))


def parse_query(text: str) -> tuple[Term, ...]:
    """Return the terms of a search: what stands between spaces. Empty when nothing in it can be looked for."""
    terms = (_term(part) for part in text.split())
    return tuple(term for term in terms if term is not None)[:MAX_TERMS]


def words_of_term(comparable: str) -> tuple[str, ...]:
    """Return the words by which a term is found where it does not stand as it is; none for a single word."""
    return () if is_one_word(comparable) else tuple(dict.fromkeys(words_for_search(comparable)))


@lru_cache(maxsize=4096)  # call centres say the same sentences all day
def _turn_tokens(turn: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words: list[str] = []
    grams: list[str] = []
    for number, stretch in enumerate(_stretches(turn)):
        words += words_for_search(stretch)
        grams += (BREAK, *_grams(stretch)) if number else _grams(stretch)
    return tuple(words), tuple(grams)


def _term(part: str) -> Term | None:
    stretches = list(_stretches(part))
    if not stretches:
        return None
    grams = [gram for number, stretch in enumerate(stretches) for gram in (*([BREAK] * bool(number)), *_grams(stretch))]
    last_run = _RUN.findall(stretches[-1])[-1]
    chinese = last_run[0] >= "⺀"
    if chinese and len(last_run) > 1:
        grams.pop()  # the lone last character only stands where a run ends, and the text may go on
    whole = "".join(stretches)
    # One word, wherever it stands in a text, is found by its characters already.
    words = words_of_term(whole) if len(stretches) == 1 else tuple(dict.fromkeys(words_for_search(whole)))
    return Term(words, tuple(grams), not chinese or len(last_run) == 1)


def _stretches(text: str) -> Iterator[str]:
    """Cut at punctuation."""
    plain = normalise(text)
    cuts = sorted({0, *plain.breaks, len(plain.text)})
    yield from (plain.text[start:end] for start, end in pairwise(cuts) if start < end)


def _grams(stretch: str) -> Iterator[str]:
    for run in _RUN.findall(stretch):
        if run[0] >= "⺀":
            yield from (run[index : index + 2] for index in range(len(run)))
        else:
            yield run
