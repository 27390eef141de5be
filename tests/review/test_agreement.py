from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.review.acts import Verdict
from callcoach.review.agreement import agreement, cohen_kappa, fleiss_kappa, observed_agreement
from callcoach.review.calibration import Marks, compare


def table(counts: list[list[int]]) -> list[tuple[str, str]]:
    """Items of a two-rater table: row is the first rater's value, column the second's."""
    return [
        (str(row), str(column))
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        for _ in range(count)
    ]


def rows(text: str) -> list[tuple[str, ...]]:
    """Items of a table with a line an item and a column a value: how many raters said it."""
    return [
        tuple(str(value) for value, count in enumerate(map(int, line.split())) for _ in range(count))
        for line in text.strip().splitlines()
    ]


FLEISS_1971 = """
0 0 0 6 0
0 3 0 0 3
0 1 4 0 1
0 0 0 0 6
0 3 0 3 0
2 0 4 0 0
0 0 4 0 2
2 0 3 1 0
2 0 0 4 0
0 0 0 0 6
1 0 0 5 0
1 1 0 4 0
0 3 3 0 0
1 0 0 5 0
0 2 0 3 1
0 0 5 0 1
3 0 0 1 2
5 1 0 0 0
0 2 0 4 0
1 0 2 0 3
0 0 0 0 6
0 1 0 5 0
0 2 0 1 3
2 0 0 4 0
1 0 0 4 1
0 5 0 1 0
4 0 0 0 2
0 2 0 4 0
1 0 5 0 0
0 0 0 0 6
"""
"""Fleiss 1971, table 1: 30 patients, 6 psychiatrists, 5 diagnoses."""
TEN_SUBJECTS = """
0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7
"""
"""The worked example of the Wikipedia article "Fleiss' kappa": 10 subjects, 14 raters, 5 categories."""


def test_cohen_on_the_diagnoses_of_fleiss_levin_paik() -> None:
    # J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions, chapter 18: 100 patients,
    # two clinicians, psychotic / neurotic / organic; kappa 0.68.
    items = table([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert cohen_kappa(items) == pytest.approx(0.676, abs=0.0005)


def test_cohen_on_fifty_grant_applications() -> None:
    # The worked example of the Wikipedia article "Cohen's kappa": 20 yes/yes, 5, 10, 15 no/no; kappa 0.4.
    assert cohen_kappa(table([[20, 5], [10, 15]])) == pytest.approx(0.4)


@pytest.mark.parametrize(("text", "observed", "expected"), [(FLEISS_1971, 0.556, 0.430), (TEN_SUBJECTS, 0.378, 0.210)])
def test_fleiss_on_published_tables(text: str, observed: float, expected: float) -> None:
    items = rows(text)
    assert observed_agreement(items) == pytest.approx(observed, abs=0.0005)
    assert fleiss_kappa(items) == pytest.approx(expected, abs=0.0005)


pairs = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=1, max_size=20)


@given(pairs)
def test_kappa_lies_between_minus_one_and_one(items: list[tuple[str, str]]) -> None:
    for value in (cohen_kappa(items), fleiss_kappa(items)):
        assert value is None or -1.0 <= value <= 1.0 + 1e-12
    if all(first == second for first, second in items):
        assert cohen_kappa(items) in {None, 1.0}


@given(pairs)
def test_who_is_called_the_first_rater_does_not_matter(items: list[tuple[str, str]]) -> None:
    turned = [(second, first) for first, second in items]
    assert cohen_kappa(items) == pytest.approx(cohen_kappa(turned))


def test_the_interval_holds_the_value_and_widens_with_fewer_calls() -> None:
    items = table([[20, 5], [10, 15]])
    by_item = agreement([[item] for item in items])
    assert by_item is not None
    assert (by_item.items, by_item.raters) == (50, 2)
    assert by_item.value == pytest.approx(0.4)
    # Large-sample standard error of Fleiss, Cohen and Everitt (1969) for this table is 0.127: 0.15 to 0.65.
    assert by_item.low == pytest.approx(0.15, abs=0.04)
    assert by_item.high == pytest.approx(0.65, abs=0.04)
    alike = agreement([[item] * 4 for item in items[::4]])  # calls whose findings all were judged alike
    assert alike is not None
    assert alike.high is not None
    assert alike.low is not None
    assert alike.high - alike.low > by_item.high - by_item.low


def test_the_same_answers_give_the_same_interval() -> None:
    clusters = [[item] for item in table([[8, 2], [3, 7]])]
    assert agreement(clusters) == agreement(clusters)


def test_what_cannot_be_said_is_not_said() -> None:
    assert agreement([]) is None
    assert agreement([[], []]) is None
    same = agreement([[("a", "a")], [("a", "a")]])
    assert same is not None
    assert (same.value, same.low, same.observed) == (None, None, 1.0)
    one_call = agreement([[("a", "b"), ("a", "a")]])
    assert one_call is not None
    assert (one_call.low, one_call.high) == (None, None)
    with pytest.raises(ValueError, match="at least two raters"):
        agreement([[("a", "b")], [("a", "b", "a")]])


def marks(call: str, person: int, score: float, *verdicts: Verdict) -> Marks:
    return Marks(call, person, {f"f{number}": one for number, one in enumerate(verdicts)}, score, 80.0)


YES, NO = Verdict.CONFIRMED, Verdict.REJECTED


def test_a_round_of_two() -> None:
    result = compare(
        [1, 2],
        [
            marks("c1", 1, 90.0, YES, NO),
            marks("c1", 2, 84.0, YES, YES),
            marks("c2", 1, 70.0, NO),
            marks("c2", 2, 72.0, NO),
            marks("c3", 1, 10.0, NO),  # the other has not handed in
        ],
    )
    assert result.calls == ("c1", "c2")
    assert result.kappa is not None
    assert (result.kappa.items, result.kappa.raters) == (3, 2)
    assert result.kappa.value == pytest.approx(0.4)
    gap = result.pairs[1, 2]
    assert (gap.mean_absolute, gap.mean, gap.calls) == (4.0, 2.0, 2)
    assert result.between_reviewers == 4.0
    assert (result.to_machine[1].mean_absolute, result.to_machine[1].mean) == (10.0, 0.0)
    assert (result.to_machine[2].mean_absolute, result.to_machine[2].mean) == (6.0, -2.0)
    assert result.disputed == (("c1", "f1"),)


def test_a_round_of_three_uses_fleiss() -> None:
    result = compare([1, 2, 3], [marks("c1", one, 80.0, YES, NO, NO if one < 3 else YES) for one in (1, 2, 3)])
    assert result.kappa is not None
    items = [("confirmed",) * 3, ("rejected",) * 3, ("rejected", "rejected", "confirmed")]
    assert result.kappa.value == fleiss_kappa(items)
    assert len(result.pairs) == 3


def test_nothing_handed_in_shows_nothing() -> None:
    result = compare([1, 2], [marks("c1", 1, 80.0, YES)])
    assert (result.calls, result.kappa, result.between_reviewers, dict(result.pairs)) == ((), None, None, {})
