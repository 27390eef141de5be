"""How a phrase can be spelt with a recogniser's words.

A recogniser with a grammar knows words, not characters: 这不关我的事 must be given as 这 不 关 我 的 事
or 这不 关 我的 事, whichever words its vocabulary has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

MAX_WORD_CHARACTERS = 5
MAX_SPELLINGS = 16
"""More say the same in other words and only slow the search; the longest words come first."""


def spell(phrase: str, knows: Callable[[str], bool]) -> list[str]:
    """Return the phrase as known words joined by spaces, in each way there is (at most 16).

    Punctuation and spaces are left out; a phrase with a character that no known word covers has no
    spelling.
    """
    text = "".join(character for character in phrase if unicodedata.category(character)[0] in "LN")
    return [" ".join(words) for words in _split(text, knows)] if text else []


def _split(text: str, knows: Callable[[str], bool]) -> list[list[str]]:
    """Split from the end forward, so that each tail is split once."""
    tails: dict[int, list[list[str]]] = {len(text): [[]]}
    for start in range(len(text) - 1, -1, -1):
        ways: list[list[str]] = []
        for length in range(min(MAX_WORD_CHARACTERS, len(text) - start), 0, -1):
            word = text[start : start + length]
            if tails[start + length] and knows(word):
                ways += [[word, *tail] for tail in tails[start + length]]
        tails[start] = ways[:MAX_SPELLINGS]
    return tails[0]
