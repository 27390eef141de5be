"""Where a text sounds like a phrase: many phrases against many texts by one alignment.

Takes phrases once, then texts; gives every place whose sound is within `MAX_COST` a syllable of a
phrase, with what differed. A place that holds the phrase letter for letter has cost 0 and is given
too. It proposes and never decides: innocent words sound alike.

The alignment is the usual one of substitutions, lost and added syllables, free at both ends of the
text. All phrases advance by one syllable at a time, over all texts at once, in small integers; only
the few places that end cheaply are then aligned again, one by one, to learn where they began.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callcoach.rules.sound.costs import COST_UNIT, added_costs, lost_costs, substitution_costs, syllable_ids
from callcoach.rules.sound.syllables import SpokenText, Syllable, read_phrase, read_text

MAX_COST = 0.25
"""Dearest place proposed, per syllable of the phrase: one syllable in four wholly wrong, or every one
of them a merged pair. The project's first measurements kept 95 to 100 % of phrases below 0.2."""

FEWEST_SYLLABLES = 2
"""Shorter phrases are found by letters alone: a single syllable sounds like too much else."""

_FAR = np.int16(20_000)
"""No path: dearer than any phrase, with room below the largest 16-bit number for one more step."""

_BLOCK_CELLS = 1 << 16
"""Cells of one step of the alignment held at once: several such arrays stay in a core's cache."""

_LONGEST_SYLLABLES = 24
"""A phrase's costs stay below `_FAR` up to here; longer ones are searched by their beginning."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One syllable that did not come out as the phrase has it. Empty `expected` or `heard`: none."""

    expected: str
    heard: str
    cost: float


@dataclass(frozen=True, slots=True)
class SoundHit:
    """A place that sounds like `phrase`: characters `start` to `end` (half-open) of text `text_index`.

    `cost` is the mean cost per syllable of the phrase, 0 when the sounds are the same.
    """

    phrase: str
    text_index: int
    start: int
    end: int
    cost: float
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class _Group:
    """Phrases of one length. `rows[p, k]` is the row of costs of syllable `k` of phrase `p`."""

    phrases: tuple[str, ...]
    rows: NDArray[np.intp]
    lost: NDArray[np.int16]


class SoundIndex:
    """Phrases made ready to be searched for by sound. Phrases too short for it are left out."""

    def __init__(self, phrases: Iterable[str], *, max_cost: float = MAX_COST) -> None:
        self._max_cost = max_cost
        self._readings: dict[str, tuple[tuple[Syllable, ...], ...]] = {}
        for phrase in dict.fromkeys(phrases):
            reading = read_phrase(phrase)[:_LONGEST_SYLLABLES]
            if len(reading) >= FEWEST_SYLLABLES:
                self._readings[phrase] = reading
        self._rows_of = _RowTable(self._readings.values())
        self._groups = self._group()

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases that are searched for."""
        return tuple(self._readings)

    def find(self, texts: Sequence[str]) -> list[SoundHit]:
        """Return every place that sounds like a phrase, by text and start; the best of overlapping ones."""
        spoken = [read_text(text) for text in texts]
        stream = _Stream(spoken)
        if not stream.ids.size:
            return []
        hits: list[SoundHit] = []
        for group in self._groups:
            budget = int(self._max_cost * COST_UNIT * group.rows.shape[1])
            for which, end in _cheap_ends(group, self._rows_of.costs[:, stream.ids], stream, budget):
                hits.append(self._trace(group.phrases[which], spoken, stream, end))
        return _best_of_overlapping(hit for hit in hits if hit.cost <= self._max_cost)

    def _group(self) -> tuple[_Group, ...]:
        by_length: dict[int, list[str]] = {}
        for phrase, reading in self._readings.items():
            by_length.setdefault(len(reading), []).append(phrase)
        lost = lost_costs()
        groups: list[_Group] = []
        for phrases in by_length.values():
            readings = [self._readings[phrase] for phrase in phrases]
            rows = np.array([[self._rows_of.index[one] for one in reading] for reading in readings])
            first = [lost[syllable_ids(options[0] for options in reading)] for reading in readings]
            groups.append(_Group(tuple(phrases), rows, np.array(first, dtype=np.int16)))
        return tuple(groups)

    def _trace(self, phrase: str, spoken: Sequence[SpokenText], stream: _Stream, end: int) -> SoundHit:
        text_index, last = stream.place(end)
        text = spoken[text_index]
        reading = self._readings[phrase]
        first = max(0, last + 1 - 2 * len(reading))
        cost, begin, differences = align(reading, text.syllables[first : last + 1])
        return SoundHit(phrase, text_index, text.at[first + begin], text.at[last] + 1, cost / len(reading), differences)


class _RowTable:
    """Costs of each distinct way of saying a syllable against every syllable that may be heard."""

    def __init__(self, readings: Iterable[tuple[tuple[Syllable, ...], ...]]) -> None:
        options = dict.fromkeys(one for reading in readings for one in reading)
        self.index = {one: row for row, one in enumerate(options)}
        costs = substitution_costs()
        width = costs.shape[1]
        table = [costs[syllable_ids(one)].min(axis=0) for one in options]
        self.costs = np.concatenate(
            [np.array(table, dtype=np.int16).reshape(-1, width), _separator(len(table))], axis=1
        )


def _separator(rows: int) -> NDArray[np.int16]:
    """Return one more column: the cost of any syllable against the gap between two texts."""
    return np.full((rows, 1), _FAR, dtype=np.int16)


class _Stream:
    """All texts as one row of syllables, with a separator after each that nothing can cross."""

    def __init__(self, spoken: Sequence[SpokenText]) -> None:
        separator = len(added_costs())
        parts = [np.append(syllable_ids(text.syllables), np.int16(separator)) for text in spoken]
        self.ids = np.concatenate([np.zeros(0, dtype=np.int16), *parts])
        self.starts = np.cumsum([0, *(len(part) for part in parts)])
        self.added = np.append(added_costs(), _FAR)[self.ids]

    def place(self, position: int) -> tuple[int, int]:
        """Return which text a position of the row lies in, and which of its syllables it is."""
        text = int(np.searchsorted(self.starts, position, side="right")) - 1
        return text, position - int(self.starts[text])


def _cheap_ends(group: _Group, costs: NDArray[np.int16], stream: _Stream, budget: int) -> Iterable[tuple[int, int]]:
    """Yield (phrase of the group, position of its last syllable) where the whole phrase costs at most `budget`.

    `costs` has shape (rows, positions).
    """
    block = max(1, _BLOCK_CELLS // max(1, costs.shape[1]))
    for first in range(0, len(group.phrases), block):
        rows, lost = group.rows[first : first + block], group.lost[first : first + block]
        total = _advance(rows, lost, costs, stream.added)
        good = total <= budget
        good[:, 1:] &= total[:, 1:] <= total[:, :-1]
        good[:, :-1] &= total[:, :-1] < total[:, 1:]
        for which, end in np.argwhere(good):
            yield first + int(which), int(end)


def _advance(
    rows: NDArray[np.intp], lost: NDArray[np.int16], costs: NDArray[np.int16], added: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Return the cost of each phrase's best alignment that ends at each position, shape (phrases, positions)."""
    best = np.minimum(costs[rows[:, 0]], lost[:, :1])
    for step in range(1, rows.shape[1]):
        came = best + lost[:, step : step + 1]
        through = costs[rows[:, step]]
        through[:, 1:] += best[:, :-1]
        through[:, 0] = np.minimum(through[:, 0] + lost[:, :step].sum(axis=1, dtype=np.int16), _FAR)
        np.minimum(came, through, out=came)
        if step < rows.shape[1] - 1:
            np.minimum(came[:, 1:], came[:, :-1] + added[1:], out=came[:, 1:])
        best = np.minimum(came, _FAR // 2)
    return best


def align(
    reading: Sequence[Sequence[Syllable]], heard: Sequence[Syllable]
) -> tuple[float, int, tuple[Difference, ...]]:
    """Align a whole phrase with an end of `heard`: its cost, where in `heard` it begins, what differed.

    `reading` gives for each syllable of the phrase the ways it may be said.
    """
    substitution = substitution_costs()[np.ix_(syllable_ids(o[0] for o in reading), syllable_ids(heard))].astype(float)
    for row, options in enumerate(reading):
        if len(options) > 1:
            substitution[row] = substitution_costs()[np.ix_(syllable_ids(options), syllable_ids(heard))].min(axis=0)
    lost = lost_costs()[syllable_ids(options[0] for options in reading)]
    added = added_costs()[syllable_ids(heard)]
    table = np.zeros((len(reading) + 1, len(heard) + 1))
    for row in range(1, len(reading) + 1):
        table[row, 0] = table[row - 1, 0] + lost[row - 1]
        for column in range(1, len(heard) + 1):
            table[row, column] = min(
                table[row - 1, column - 1] + substitution[row - 1, column - 1],
                table[row - 1, column] + lost[row - 1],
                table[row, column - 1] + added[column - 1] if row < len(reading) else np.inf,
            )
    return _walk_back(table, substitution, lost, reading, heard)


def _walk_back(
    table: NDArray[np.float64],
    substitution: NDArray[np.float64],
    lost: NDArray[np.int16],
    reading: Sequence[Sequence[Syllable]],
    heard: Sequence[Syllable],
) -> tuple[float, int, tuple[Difference, ...]]:
    row, column = len(reading), len(heard)
    differences: list[Difference] = []
    while row > 0:
        here = table[row, column]
        if column and here == table[row - 1, column - 1] + substitution[row - 1, column - 1]:
            row, column = row - 1, column - 1
            step = Difference(_spell(reading[row][0]), _spell(heard[column]), substitution[row, column] / COST_UNIT)
        elif here == table[row - 1, column] + lost[row - 1]:
            row -= 1
            step = Difference(_spell(reading[row][0]), "", int(lost[row]) / COST_UNIT)
        else:
            column -= 1
            step = Difference("", _spell(heard[column]), float(here - table[row, column]) / COST_UNIT)
        if step.cost:
            differences.append(step)
    return float(table[len(reading), len(heard)]) / COST_UNIT, column, tuple(reversed(differences))


def _spell(syllable: Syllable) -> str:
    return syllable.initial + syllable.final.replace("ii", "i").replace("v", "ü")


def _best_of_overlapping(hits: Iterable[SoundHit]) -> list[SoundHit]:
    """Of hits of one phrase that overlap keep the cheapest."""
    kept: dict[tuple[str, int], list[SoundHit]] = {}
    for hit in sorted(hits, key=lambda one: (one.cost, one.start)):
        others = kept.setdefault((hit.phrase, hit.text_index), [])
        if all(hit.end <= other.start or hit.start >= other.end for other in others):
            others.append(hit)
    return sorted(
        (hit for found in kept.values() for hit in found), key=lambda hit: (hit.text_index, hit.start, hit.end)
    )
