"""Where a text sounds like a phrase: many phrases against many texts by one alignment.

Takes phrases once, then texts; gives every place whose sound is within `MAX_COST` a syllable of a
phrase. A place that holds the phrase letter for letter has cost 0 and is given too. It proposes and
never decides: innocent words sound alike.

The alignment is the usual one of substitutions, lost and added syllables, free at both ends of the
text. All phrases of one length advance by one syllable at a time over all texts at once. A cell
holds, in one integer, the cost so far and below it how many syllables of the text that took: the
smaller integer is then the cheaper alignment, and brings its own beginning along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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

LONGEST_SYLLABLES = 24
"""Longer phrases are searched for by their first so many syllables."""

_COUNT_BITS = 6
"""Low bits of a cell that count the text's syllables; 64 is over twice the longest phrase."""

_FAR = np.int32(1 << 28)
"""No path: dearer than any phrase, with room for some more steps below the largest 32-bit number."""

_BLOCK_CELLS = 1 << 17
"""Cells of one step held at once: the few arrays of a step stay in a core's cache."""


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


@dataclass(frozen=True, slots=True)
class _Group:
    """Phrases of one length.

    `rows[p, k]` is the row of costs of syllable `k` of phrase `p`, `lost[p, k]` what a cell gains
    when that syllable went unheard.
    """

    phrases: tuple[str, ...]
    rows: NDArray[np.intp]
    lost: NDArray[np.int32]


class SoundIndex:
    """Phrases made ready to be searched for by sound. Phrases too short for it are left out."""

    def __init__(self, phrases: Iterable[str], *, max_cost: float = MAX_COST) -> None:
        self._max_cost = max_cost
        readings = {phrase: read_phrase(phrase)[:LONGEST_SYLLABLES] for phrase in dict.fromkeys(phrases)}
        self._readings = {phrase: read for phrase, read in readings.items() if len(read) >= FEWEST_SYLLABLES}
        options = dict.fromkeys(one for reading in self._readings.values() for one in reading)
        self._row_of = {one: row for row, one in enumerate(options)}
        self._row_costs = _row_costs(tuple(options))
        self._groups = self._group()

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases that are searched for."""
        return tuple(self._readings)

    def find(self, texts: Sequence[str]) -> list[SoundHit]:
        """Return every place that sounds like a phrase, by text and start.

        Of places of one phrase that overlap only the nearest in sound is given.
        """
        stream = _Stream([read_text(text) for text in texts])
        if not stream.ids.size:
            return []
        heard, columns = np.unique(stream.ids, return_inverse=True)
        costs = self._row_costs[:, heard][:, columns]
        hits = (stream.hit(*place) for group in self._groups for place in _places(group, costs, stream, self._max_cost))
        return _best_of_overlapping(hits)

    def _group(self) -> tuple[_Group, ...]:
        by_length: dict[int, list[str]] = {}
        for phrase, reading in self._readings.items():
            by_length.setdefault(len(reading), []).append(phrase)
        return tuple(self._group_of(phrases) for phrases in by_length.values())

    def _group_of(self, phrases: Sequence[str]) -> _Group:
        readings = [self._readings[phrase] for phrase in phrases]
        rows = np.array([[self._row_of[one] for one in reading] for reading in readings])
        lost = lost_costs().astype(np.int32) << _COUNT_BITS
        likeliest = [syllable_ids(options[0] for options in reading) for reading in readings]
        return _Group(tuple(phrases), rows, lost[np.array(likeliest)])


def _row_costs(options: Sequence[tuple[Syllable, ...]]) -> NDArray[np.int32]:
    """Return what a cell gains when each way of saying a syllable meets each syllable that may be heard.

    Shape (options, syllables + 1); the last column is the gap between two texts, which nothing crosses.
    """
    costs = substitution_costs()
    table = np.full((len(options), costs.shape[1] + 1), _FAR, dtype=np.int32)
    for row, ways in enumerate(options):
        table[row, :-1] = (costs[syllable_ids(ways)].min(axis=0).astype(np.int32) << _COUNT_BITS) + 1
    return table


class _Stream:
    """All texts as one row of syllables, with a separator after each."""

    def __init__(self, spoken: Sequence[SpokenText]) -> None:
        self._spoken = spoken
        separator = np.int16(len(added_costs()))
        parts = [np.append(syllable_ids(text.syllables), separator) for text in spoken if text.syllables]
        self._texts = [index for index, text in enumerate(spoken) if text.syllables]
        self.ids = np.concatenate([np.zeros(0, dtype=np.int16), *parts])
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        added = (added_costs().astype(np.int32) << _COUNT_BITS) + 1
        self.added = np.append(added, _FAR)[self.ids]

    def hit(self, phrase: str, first: int, last: int, cost: float) -> SoundHit:
        """Turn positions in the row (`last` inclusive) into characters of a text."""
        part = int(np.searchsorted(self._starts, last, side="right")) - 1
        begin, at = int(self._starts[part]), self._spoken[self._texts[part]].at
        return SoundHit(phrase, self._texts[part], at[first - begin], at[last - begin] + 1, cost)


def _places(
    group: _Group, costs: NDArray[np.int32], stream: _Stream, max_cost: float
) -> Iterator[tuple[str, int, int, float]]:
    """Yield phrase, first and last position and cost per syllable of all places cheap enough.

    `costs` has shape (rows, positions).
    """
    length = group.rows.shape[1]
    budget = (int(max_cost * COST_UNIT * length) + 1) << _COUNT_BITS
    block = max(1, _BLOCK_CELLS // costs.shape[1])
    for begin in range(0, len(group.phrases), block):
        cells = _align(group.rows[begin : begin + block], group.lost[begin : begin + block], costs, stream.added)
        for which, last in np.argwhere(cells < budget).tolist():
            cost, count = divmod(int(cells[which, last]), 1 << _COUNT_BITS)
            if count:
                yield group.phrases[begin + which], last - count + 1, last, cost / COST_UNIT / length


def _align(
    rows: NDArray[np.intp], lost: NDArray[np.int32], costs: NDArray[np.int32], added: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return the cell of each phrase's best alignment that ends at each position, shape (phrases, positions).

    Between two syllables of a phrase at most one may be added: more is another phrase.
    """
    none_heard = np.zeros((len(rows), 1), dtype=np.int32)
    best = np.zeros((len(rows), costs.shape[1]), dtype=np.int32)
    for step in range(rows.shape[1]):
        through = costs[rows[:, step]]
        through[:, 1:] += best[:, :-1]
        through[:, :1] += none_heard
        none_heard += lost[:, step : step + 1]
        best += lost[:, step : step + 1]
        np.minimum(best, through, out=best)
        if step < rows.shape[1] - 1:
            np.minimum(best[:, 1:], best[:, :-1] + added[1:], out=best[:, 1:])
            np.minimum(best, _FAR, out=best)
    return best


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
