"""How alike two short Chinese sentences are, by letters and by sound.

Takes comparable texts (`normalise`), gives 0 to 1: the mean of two cosines, over characters and pairs of
neighbouring characters, and over toneless syllables and pairs of those. Pairs keep the order of words,
single ones forgive inserted particles, syllables forgive the recogniser's homophones (服务 as 夫务).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt


@dataclass(frozen=True, slots=True)
class Profile:
    """What is counted in a text, and the length of the vector of counts."""

    counts: Counter[str | tuple[str, str]]
    norm: float


def similarity(one: str, other: str) -> float:
    """How alike two comparable texts are: 0 nothing in common, 1 the same (also in other homophones: about 0.6)."""
    if not one or not other:
        return 0.0
    first, second = profiles(one), profiles(other)
    return (_cosine(first[0], second[0]) + _cosine(first[1], second[1])) / 2


@lru_cache(maxsize=8192)
def profiles(text: str) -> tuple[Profile, Profile]:
    """Counts of a text by characters and by syllables."""
    return _profile(text), _profile(_syllables(text))


@lru_cache(maxsize=8192)
def _syllables(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # 50 MB of readings, not needed beside a recogniser at work

    return tuple(lazy_pinyin(text))


def _profile(parts: Sequence[str]) -> Profile:
    counts: Counter[str | tuple[str, str]] = Counter(parts)
    for pair in pairwise(parts):
        counts[pair] += 1
    return Profile(counts, sqrt(sum(count * count for count in counts.values())))


def _cosine(one: Profile, other: Profile) -> float:
    if len(other.counts) < len(one.counts):
        one, other = other, one
    return sum(count * other.counts[key] for key, count in one.counts.items() if key in other.counts) / (
        one.norm * other.norm
    )


def best_window(text: str, sentence: str) -> tuple[int, int, float] | None:
    """The stretch of `text` most like `sentence`, and how alike; None when one is empty.

    Stretches as long as the sentence, and a quarter shorter and longer, are compared.
    """
    if not text or not sentence:
        return None
    wanted = set(sentence)
    best: tuple[float, int, int] | None = None
    for length in sorted({len(sentence), *(round(len(sentence) * factor) for factor in (0.75, 1.25))}):
        width = min(max(1, length), len(text))
        for start in range(len(text) - width + 1):
            part = text[start : start + width]
            # a window that shares no character can share no syllable worth a comparison
            if best is None or part[0] in wanted:
                likeness = similarity(part, sentence)
                if best is None or likeness > best[0]:
                    best = (likeness, start, start + width)
    return None if best is None else (best[1], best[2], best[0])
