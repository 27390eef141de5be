import numpy as np
import pytest

from callcoach.rules.sound.costs import ALL_SYLLABLES, COST_UNIT, added_costs, lost_costs, substitution_costs
from callcoach.rules.sound.syllables import parse_syllable


def cost(one: str, other: str) -> float:
    row, column = (ALL_SYLLABLES.index(parse_syllable(written)) for written in (one, other))
    return float(substitution_costs()[row, column]) / COST_UNIT


def test_costs_are_a_symmetric_table_between_nothing_and_everything() -> None:
    costs = substitution_costs()
    assert costs.shape == (len(ALL_SYLLABLES), len(ALL_SYLLABLES))
    assert np.array_equal(costs, costs.T)
    assert not np.diagonal(costs).any()
    assert costs.min() == 0
    assert costs.max() == COST_UNIT
    assert np.count_nonzero(costs == 0) == len(ALL_SYLLABLES)


@pytest.mark.parametrize(
    ("merged", "apart"),
    [
        (("zhi", "zi"), ("zhi", "ma")),
        (("nan", "lan"), ("nan", "kan")),
        (("fei", "hui"), ("fei", "mei")),
        (("xin", "xing"), ("xin", "xi")),
        (("ren", "yin"), ("ren", "ben")),
        (("tian", "dian"), ("tian", "guan")),
        (("ni", "nin"), ("ni", "wo")),
    ],
)
def test_what_accents_merge_is_nearer_than_what_they_keep_apart(
    merged: tuple[str, str], apart: tuple[str, str]
) -> None:
    assert cost(*merged) < cost(*apart)


def test_weak_syllables_come_and_go_more_cheaply() -> None:
    weak, strong = (ALL_SYLLABLES.index(parse_syllable(written)) for written in ("de", "guan"))
    assert lost_costs()[weak] < lost_costs()[strong]
    assert added_costs()[weak] < added_costs()[strong]
