"""Dictionary words in a text without spaces; the only place that imports jieba.

jieba's dictionary takes most of a second to load, so it is loaded at the first question.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from functools import cache, lru_cache
from typing import Any


@cache
def _tokenizer() -> Any:
    with warnings.catch_warnings():
        # jieba 0.42.1 imports pkg_resources and has invalid escapes; both warn on new Pythons
        warnings.simplefilter("ignore")
        jieba: Any = importlib.import_module("jieba")  # typed as Any: jieba has no type stubs

    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[tuple[str, int, int], ...]:
    """Words of `text` with their half-open spans, by dictionary alone (no guessing of new words)."""
    return tuple(_tokenizer().tokenize(text, HMM=False))


def words_for_search(text: str) -> list[str]:
    """Words of `text`, and the shorter dictionary words inside long ones, as a search index wants them."""
    # By dictionary alone here too: an index must cut the same characters the same way each time.
    return list(_tokenizer().cut_for_search(text, HMM=False))


def is_one_word(text: str) -> bool:
    """Whether the dictionary leaves `text` whole."""
    return len(words_of(text)) == 1


def splits_a_word(text: str, start: int, end: int) -> str | None:
    """The dictionary word that the span's start or end cuts in two; None when both are word bounds."""
    for word, first, last in words_of(text):
        if first < start < last or first < end < last:
            return word
    return None


@cache
def _tagger() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        posseg: Any = importlib.import_module("jieba.posseg")
    return posseg.POSTokenizer(_tokenizer())


@lru_cache(maxsize=4096)
def names_in(text: str, tags: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Half-open spans of the dictionary's names of two characters or more that bear one of these tags (nr, ns, nt)."""
    found: list[tuple[int, int]] = []
    at = 0
    for word, tag in _tagger().cut(text, HMM=False):
        if len(word) > 1 and tag.startswith(tags):
            found.append((at, at + len(word)))
        at += len(word)
    return tuple(found)
