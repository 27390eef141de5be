"""Finding all phrases of a rulebook in one pass over a text.

Takes patterns once, then normalised texts; gives where each pattern stands. A trie over the first
literal of every spelling keeps the time per text nearly independent of the number of phrases.
`PhraseFinder` is the seam where matching by sound comes in beside matching by letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from callcoach.rules.pattern import NUMERALS, Number, Variant, end_of, spellings


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase heard in a turn: `start`, `end` count characters of the normalised text.

    `certainty` is how surely the phrase was said given the text, 1 when letter for letter.
    """

    pattern: str
    start: int
    end: int
    certainty: float = 1.0


class PhraseFinder(Protocol):
    """Whatever can tell where phrases stand in a normalised text."""

    def find(self, text: str) -> Iterator[PhraseHit]:
        """Yield every hit of every pattern, in order of their start."""
        ...


class _Node:
    __slots__ = ("branches", "leaves")

    def __init__(self) -> None:
        self.branches: dict[str, _Node] = {}
        self.leaves: list[tuple[str, Variant]] = []


class TrieFinder:
    """Finds patterns letter for letter."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._root = _Node()
        self._with_number_first: list[tuple[str, Variant]] = []
        for pattern in dict.fromkeys(patterns):
            for variant in spellings(pattern):
                self._add(pattern, variant)

    def _add(self, pattern: str, variant: Variant) -> None:
        node = self._root
        head = variant[0]
        if isinstance(head, Number):
            self._with_number_first.append((pattern, variant))
            return
        assert isinstance(head, str)  # noqa: S101 - `spellings` refuses a gap at the start
        for character in head:
            node = node.branches.setdefault(character, _Node())
        node.leaves.append((pattern, variant[1:]))

    def find(self, text: str) -> Iterator[PhraseHit]:
        """Yield hits; of one pattern at one start only the one with most letters before a gap, then the nearest end."""
        root = self._root.branches
        for start, character in enumerate(text):
            number = bool(self._with_number_first) and character in NUMERALS and text[start - 1 : start] not in NUMERALS
            if character in root or number:
                best: dict[str, tuple[int, int]] = {}
                found = (*self._from(text, start), *(self._from_number(text, start) if number else ()))
                for pattern, letters, end in found:
                    best[pattern] = max((letters, -end), best.get(pattern, (0, 0)))
                for pattern, (_, negative_end) in best.items():
                    yield PhraseHit(pattern, start, -negative_end)

    def _from(self, text: str, start: int) -> Iterator[tuple[str, int, int]]:
        """Yield pattern, letters before its first gap, and end of each spelling that begins at `start`."""
        node: _Node | None = self._root
        at = start
        while at < len(text) and (node := node.branches.get(text[at])) is not None:
            at += 1
            for pattern, rest in node.leaves:
                end = end_of(rest, text, at)
                if end is not None:
                    yield pattern, at - start, end

    def _from_number(self, text: str, start: int) -> Iterator[tuple[str, int, int]]:
        """As `_from`, for the spellings that begin with a number."""
        for pattern, variant in self._with_number_first:
            end = end_of(variant, text, start)
            if end is not None:
                yield pattern, 1, end
