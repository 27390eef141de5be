"""What differed between a phrase and what was heard, syllable by syllable, for a person to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callcoach.rules.sound.costs import COST_UNIT, added_costs, lost_costs, substitution_costs, syllable_ids
from callcoach.rules.sound.syllables import Syllable, read_phrase, read_text


@dataclass(frozen=True, slots=True)
class Difference:
    """One syllable that did not come out as the phrase has it. Empty `expected` or `heard`: none."""

    expected: str
    heard: str
    cost: float


def differences(phrase: str, heard: str) -> tuple[Difference, ...]:
    """Align the whole phrase with the whole of `heard`; return the syllables that differ, in order."""
    reading, spoken = read_phrase(phrase), read_text(heard).syllables
    costs = substitution_costs()
    columns = syllable_ids(spoken)
    substitution = np.array([costs[np.ix_(syllable_ids(ways), columns)].min(axis=0) for ways in reading])
    lost = lost_costs()[syllable_ids(ways[0] for ways in reading)]
    added = added_costs()[columns]
    table = _table(substitution.reshape(len(reading), len(spoken)), lost, added)
    return tuple(_walk_back(table, substitution, lost, [ways[0] for ways in reading], spoken))


def _table(substitution: NDArray[np.int16], lost: NDArray[np.int16], added: NDArray[np.int16]) -> NDArray[np.int64]:
    """Return the cost of aligning each beginning of the phrase with each beginning of what was heard."""
    table = np.zeros((len(lost) + 1, len(added) + 1), dtype=np.int64)
    table[1:, 0] = np.cumsum(lost)
    table[0, 1:] = np.cumsum(added)
    for row in range(len(lost)):
        for column in range(len(added)):
            table[row + 1, column + 1] = min(
                table[row, column] + substitution[row, column],
                table[row, column + 1] + lost[row],
                table[row + 1, column] + added[column],
            )
    return table


def _walk_back(
    table: NDArray[np.int64],
    substitution: NDArray[np.int16],
    lost: NDArray[np.int16],
    phrase: Sequence[Syllable],
    heard: Sequence[Syllable],
) -> list[Difference]:
    row, column = len(phrase), len(heard)
    found: list[Difference] = []
    while row or column:
        here = table[row, column]
        if row and column and here == table[row - 1, column - 1] + substitution[row - 1, column - 1]:
            row, column = row - 1, column - 1
            step = (_spell(phrase[row]), _spell(heard[column]), here - table[row, column])
        elif row and here == table[row - 1, column] + lost[row - 1]:
            row -= 1
            step = (_spell(phrase[row]), "", here - table[row, column])
        else:
            column -= 1
            step = ("", _spell(heard[column]), here - table[row, column])
        if step[2]:
            found.append(Difference(step[0], step[1], float(step[2]) / COST_UNIT))
    return found[::-1]


def _spell(syllable: Syllable) -> str:
    return syllable.initial + syllable.final.replace("ii", "i").replace("v", "ü")
