"""Named exceptions: contexts in which a wording is innocent, as data a trainer can read and test.

An exception is a list of patterns in which `{}` stands for the wording found, such as `不{}` for
不但是. A pattern holds when its left part ends where the wording begins and its right part begins
where it ends. `unless` patterns take an exception back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from callcoach.rules.pattern import PatternError, most_gaps, parse, to_regex
from callcoach.rules.words import splits_a_word

PLACE = "{}"
"""Stands for the wording in an exception's pattern."""

REACH = 100
"""Characters before a wording that are looked at: the longest gap and some words around it."""

MAX_GAPS = 3
"""Gaps on one side of a pattern. The time to see that a pattern does not hold grows with the length of the
gaps to the power of their number: three take some milliseconds at worst, five would take minutes."""


@dataclass(frozen=True, slots=True)
class ContextPattern:
    """What stands left and right of a wording."""

    source: str
    left: re.Pattern[str]
    right: re.Pattern[str]

    @classmethod
    def parse(cls, source: str) -> ContextPattern:
        """Read a pattern with one `{}`.

        Raises:
            PatternError: not exactly one `{}`, nothing beside it, too many gaps, or not the phrase language.
        """
        parts = source.split(PLACE)
        if len(parts) != 2 or parts == ["", ""]:
            raise PatternError(
                f"句式 {source!r} 里要有一个 {PLACE}，旁边要有字 · expected one {PLACE} with something beside it"
            )
        sequences = [parse(part) for part in parts]
        if max(most_gaps(one) for one in sequences) > MAX_GAPS:
            raise PatternError(f"句式 {source!r} 一边的间隔超过 {MAX_GAPS} 个，拆开写 · over {MAX_GAPS} gaps; split it")
        left, right = (to_regex(one) for one in sequences)
        return cls(source, re.compile(f"(?:{left})$"), re.compile(right))

    def holds(self, text: str, start: int, end: int) -> bool:
        """Whether the pattern holds around the half-open span of `text`."""
        before = text[max(0, start - REACH) : start]
        return self.left.search(before) is not None and self.right.match(text, end) is not None


@dataclass(frozen=True, slots=True)
class NamedException:
    """One context that makes a wording innocent."""

    id: str
    name_zh: str
    name_en: str
    why_zh: str
    patterns: tuple[ContextPattern, ...]
    unless: tuple[ContextPattern, ...]
    word_boundary: bool
    """Whether a wording that cuts through a dictionary word is innocent too (不但|是)."""
    enabled: bool

    def reason(self, text: str, start: int, end: int) -> str | None:
        """What makes the span of `text` innocent, as the pattern that held; None when nothing does."""
        if not self.enabled or self._taken_back(text, start, end) is not None:
            return None
        return self._held(text, start, end)

    def why_not(self, text: str, start: int, end: int) -> tuple[str, str]:
        """Why the span of `text` is not innocent by this exception, in Chinese and English."""
        if not self.enabled:
            return "已关闭", "switched off"
        held, back = self._held(text, start, end), self._taken_back(text, start, end)
        if held is not None and back is not None:
            return f"符合 {held}，但又符合 {back}，不算例外", f"{held} holds, but so does {back}, which takes it back"
        tried = len(self.patterns) + self.word_boundary
        return f"{tried} 个句式都不符合", f"none of its {tried} patterns holds"

    def _held(self, text: str, start: int, end: int) -> str | None:
        """The pattern that holds, or the word that is cut."""
        for pattern in self.patterns:
            if pattern.holds(text, start, end):
                return pattern.source
        if self.word_boundary and (word := splits_a_word(text, start, end)):
            return f"词界：{word}"
        return None

    def _taken_back(self, text: str, start: int, end: int) -> str | None:
        """The `unless` pattern that holds."""
        return next((one.source for one in self.unless if one.holds(text, start, end)), None)
