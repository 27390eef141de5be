"""How far two syllables are apart, computed once from the tables of `confusions`.

Takes nothing but those tables; gives a symmetric matrix over all syllables of Mandarin, in
thousandths so that the search can work on small integers. Zero on the diagonal, at most `COST_UNIT`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from callcoach.rules.sound.confusions import (
    ADDED_COST,
    ADDED_WEAK_COST,
    CODA_CONFUSIONS,
    FINAL_PARTS,
    FINAL_WEIGHT,
    INITIAL_CONFUSIONS,
    INITIAL_WEIGHT,
    LOST_COST,
    LOST_WEAK_COST,
    MEDIAL_CONFUSIONS,
    NO_INITIAL,
    NUCLEUS_CONFUSIONS,
    OTHER_COST,
    PART_WEIGHTS,
    WEAK_SYLLABLES,
    Confusion,
)
from callcoach.rules.sound.syllables import FINALS, INITIALS, Syllable

COST_UNIT = 1000
"""Cost 1.0 in the integers of the matrix."""

ALL_SYLLABLES: tuple[Syllable, ...] = tuple(
    Syllable(initial, final) for initial, final in product(("", *INITIALS), FINALS)
)
"""Every initial with every final; most never occur, but an index into this needs no table of exceptions."""

_INDEX = {syllable: index for index, syllable in enumerate(ALL_SYLLABLES)}


def syllable_ids(syllables: Iterable[Syllable]) -> NDArray[np.int16]:
    """Return each syllable's row in `substitution_costs`."""
    return np.fromiter((_INDEX[syllable] for syllable in syllables), dtype=np.int16)


@lru_cache(maxsize=1)
def substitution_costs() -> NDArray[np.int16]:
    """Return the cost of hearing syllable i as syllable j, shape (syllables, syllables), in thousandths."""
    initials = _pairwise(("", *INITIALS), INITIAL_CONFUSIONS)
    finals = _final_costs()
    whole = INITIAL_WEIGHT * initials[:, None, :, None] + FINAL_WEIGHT * finals[None, :, None, :]
    size = len(ALL_SYLLABLES)
    matrix = np.rint(COST_UNIT * whole.reshape(size, size)).astype(np.int16)
    matrix.flags.writeable = False
    return matrix


@lru_cache(maxsize=1)
def lost_costs() -> NDArray[np.int16]:
    """Return for each syllable the cost of a phrase's syllable going unheard, in thousandths."""
    return _edge_costs(LOST_COST, LOST_WEAK_COST)


@lru_cache(maxsize=1)
def added_costs() -> NDArray[np.int16]:
    """Return for each syllable the cost of its being heard where the phrase has none, in thousandths."""
    return _edge_costs(ADDED_COST, ADDED_WEAK_COST)


def _edge_costs(usual: float, weak: float) -> NDArray[np.int16]:
    costs = [weak if (one.initial, one.final) in WEAK_SYLLABLES else usual for one in ALL_SYLLABLES]
    return np.rint(COST_UNIT * np.array(costs)).astype(np.int16)


def _final_costs() -> NDArray[np.float64]:
    tables = (MEDIAL_CONFUSIONS, NUCLEUS_CONFUSIONS, CODA_CONFUSIONS)
    total = np.zeros((len(FINALS), len(FINALS)))
    for part, (weight, table) in enumerate(zip(PART_WEIGHTS, tables, strict=True)):
        sounds = tuple(dict.fromkeys(FINAL_PARTS[final][part] for final in FINALS))
        which = [sounds.index(FINAL_PARTS[final][part]) for final in FINALS]
        total += weight * _pairwise(sounds, table)[np.ix_(which, which)]
    return np.minimum(1.0, total / max(PART_WEIGHTS))


def _pairwise(sounds: Sequence[str], table: Iterable[Confusion]) -> NDArray[np.float64]:
    """Return the cheapest cost that the table gives each pair; 0 for a sound with itself."""
    at = {sound or NO_INITIAL: index for index, sound in enumerate(sounds)}
    costs = np.full((len(sounds), len(sounds)), OTHER_COST)
    np.fill_diagonal(costs, 0.0)
    for confusion in table:
        for group in confusion.groups:
            known = [at[sound] for sound in group.split() if sound in at]
            for one, other in combinations(known, 2):
                costs[one, other] = costs[other, one] = min(costs[one, other], confusion.cost)
    return costs
