"""The small language in which rules write phrases.

`我[们](不能|无法)…4处理` means: 我, perhaps 们, then 不能 or 无法, then up to 4 other characters, then 处理.

- `(甲|乙)`: one of several; `[甲]` or `[甲|乙]`: one of them or nothing.
- `…n`: a gap of 0 to n characters; `…` alone means `…6`.
- `#`: a number, in digits or in words (24, 二十四, 三点五).

Everything else is literal and compared in the form of `normalise`. A pattern has no repetition and
only bounded gaps, so matching takes time linear in the text: no pattern can run for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from callcoach.rules.normalise import normalise

DEFAULT_GAP = 6
"""Characters a bare `…` may skip: an object such as 给您这个 fits, a second clause does not."""

MAX_GAP = 60
"""Longest gap allowed. Over about 60 characters (15 s of speech) two words say nothing of each other."""

MAX_VARIANTS = 2000
"""Spellings one pattern may stand for; more is a typing error or belongs into several phrases."""

NUMERALS = frozenset("0123456789零〇一二两三四五六七八九十百千万亿幺点半几")
"""Characters a spoken or written number is made of, in comparable form."""

MAX_NUMBER = 20
"""Characters of one number: an identity card's 18 digits and two more."""

_SPECIAL = "()[]|…#"


class PatternError(ValueError):
    """A phrase is not written in the pattern language."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` arbitrary characters."""

    most: int


@dataclass(frozen=True, slots=True)
class Number:
    """One number of up to `MAX_NUMBER` characters."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    options: tuple[Sequence, ...]


Sequence = tuple["str | Gap | Number | Choice", ...]
"""A pattern as parsed: literals (in comparable form), gaps, numbers and choices, one after the other."""

Variant = tuple[str | Gap | Number, ...]
"""One spelling of a pattern: literals and numbers with gaps between them."""


@lru_cache(maxsize=65536)
def parse(pattern: str) -> Sequence:
    """Read a pattern.

    Raises:
        PatternError: brackets do not pair, or a gap is too long.
    """
    return _Parser(pattern).whole()


@lru_cache(maxsize=65536)
def spellings(pattern: str) -> tuple[Variant, ...]:
    """Every spelling of a pattern that marks a span, each a sequence of literals and gaps.

    Raises:
        PatternError: as `parse`; or a spelling is empty, or begins or ends with a gap; or too many.
    """
    variants = tuple(dict.fromkeys(_join(variant) for variant in _expand(parse(pattern), pattern)))
    if any(not variant for variant in variants):
        raise PatternError(f"短语 {pattern!r} 什么字也没有 · can match nothing at all; expected a character")
    if any(isinstance(variant[0], Gap) or isinstance(variant[-1], Gap) for variant in variants):
        raise PatternError(f"短语 {pattern!r} 的两头要有字 · begins or ends with a gap; expected text at both ends")
    return variants


def _expand(sequence: Sequence, pattern: str) -> list[Variant]:
    sofar: list[Variant] = [()]
    for node in sequence:
        options = (
            [way for one in node.options for way in _expand(one, pattern)] if isinstance(node, Choice) else [(node,)]
        )
        sofar = [(*left, *right) for left in sofar for right in options]
        if len(sofar) > MAX_VARIANTS:
            raise PatternError(f"短语 {pattern!r} 的说法超过 {MAX_VARIANTS} 种，拆开写 · too many spellings; split it")
    return sofar


def _join(parts: Variant) -> Variant:
    """Melt neighbouring literals and neighbouring gaps together."""
    out: list[str | Gap | Number] = []
    for part in parts:
        if out and isinstance(part, str) and isinstance(out[-1], str):
            out[-1] += part
        elif out and isinstance(part, Gap) and isinstance(out[-1], Gap):
            out[-1] = Gap(out[-1].most + part.most)
        elif part and not (isinstance(part, Number) and out and isinstance(out[-1], Number)):
            out.append(part)
    return tuple(out)


def to_regex(sequence: Sequence) -> str:
    """The pattern as a regular expression without repetition, for matching beside a known place."""
    parts: list[str] = []
    for node in sequence:
        if isinstance(node, Choice):
            parts.append("(?:" + "|".join(to_regex(option) for option in node.options) + ")")
        elif isinstance(node, Number):
            parts.append(f"[{''.join(sorted(NUMERALS))}]{{1,{MAX_NUMBER}}}")
        else:
            parts.append(f".{{0,{node.most}}}" if isinstance(node, Gap) else re.escape(node))
    return "".join(parts)


class _Parser:
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def whole(self) -> Sequence:
        """Read everything."""
        sequence = self._sequence()
        if self.at < len(self.pattern):
            raise PatternError(
                f"短语 {self.pattern!r} 的括号多了 · found {self.pattern[self.at]!r} outside of brackets"
            )
        return sequence

    def _sequence(self) -> Sequence:
        nodes: list[str | Gap | Number | Choice] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in ")]|":
            nodes.append(self._item())
        return tuple(nodes)

    def _item(self) -> str | Gap | Number | Choice:
        sign = self._next()
        if sign == "(":
            return Choice(self._options(closing=")"))
        if sign == "[":
            return Choice((*self._options(closing="]"), ()))
        if sign == "…":
            return Gap(self._gap_length())
        if sign == "#":
            return Number()
        start = self.at - 1
        while self.at < len(self.pattern) and self.pattern[self.at] not in _SPECIAL:
            self.at += 1
        return normalise(self.pattern[start : self.at]).text

    def _options(self, closing: str) -> tuple[Sequence, ...]:
        """Read `a|b|…` and the closing bracket."""
        options: list[Sequence] = []
        while True:
            options.append(self._sequence())
            sign = self._next()
            if sign == closing:
                return tuple(options)
            if sign != "|":
                raise PatternError(
                    f"短语 {self.pattern!r} 的括号没有收尾 · found {sign or 'the end'!r}, expected {closing!r}"
                )

    def _gap_length(self) -> int:
        start = self.at
        while self.at < len(self.pattern) and self.pattern[self.at].isdecimal():
            self.at += 1
        most = int(self.pattern[start : self.at]) if self.at > start else DEFAULT_GAP
        if not 0 < most <= MAX_GAP:
            raise PatternError(f"短语 {self.pattern!r} 的间隔 {most} 个字太长 · gap of {most}, expected 1 to {MAX_GAP}")
        return most

    def _next(self) -> str:
        sign = self.pattern[self.at : self.at + 1]
        self.at += 1
        return sign


def end_of(variant: Variant, text: str, start: int) -> int | None:
    """Where `variant` ends when it begins at `start` of `text`, shortest gaps first; None: no match.

    Places from which the rest of the variant was found not to match are not tried again: with several
    gaps the time would otherwise grow with the power of their number.
    """
    return _end_from(variant, 0, text, start, set())


def _end_from(variant: Variant, index: int, text: str, start: int, dead: set[tuple[int, int]]) -> int | None:
    if index == len(variant):
        return start
    if (index, start) in dead:
        return None
    for at in _ends_of_part(variant, index, text, start):
        end = _end_from(variant, index + 1, text, at, dead)
        if end is not None:
            return end
    dead.add((index, start))
    return None


def _ends_of_part(variant: Variant, index: int, text: str, start: int) -> Iterator[int]:
    """Yield where one part of a variant may end: a gap at the nearest place first, a number at its whole length."""
    part = variant[index]
    if isinstance(part, str):
        if text.startswith(part, start):
            yield start + len(part)
    elif isinstance(part, Number):
        yield from range(number_end(text, start), start, -1)
    elif index + 1 == len(variant):
        yield start
    elif isinstance(after := variant[index + 1], str):
        latest = start + part.most + len(after)
        at = text.find(after, start, latest)
        while at >= 0:
            yield at
            at = text.find(after, at + 1, latest)
    else:
        yield from range(start, min(start + part.most, len(text)) + 1)


def number_end(text: str, start: int) -> int:
    """Where the number that begins at `start` of a text ends; `start` if there is none."""
    end = start
    while end < min(len(text), start + MAX_NUMBER) and text[end] in NUMERALS:
        end += 1
    return end


def most_gaps(sequence: Sequence) -> int:
    """Gaps that one spelling of the pattern has at most."""
    return sum(
        max(most_gaps(option) for option in node.options) if isinstance(node, Choice) else isinstance(node, Gap)
        for node in sequence
    )
