from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.evaluation.counts import Counts, f1_interval, total, wilson


def test_ratios() -> None:
    counts = Counts(tp=8, fp=2, fn=8)
    assert (counts.precision, counts.recall) == (0.8, 0.5)
    assert counts.f1 == pytest.approx(2 * 0.8 * 0.5 / 1.3)


def test_nothing_to_find_and_nothing_found_has_no_ratio() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (None, None, None)


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_wilson_interval_holds_the_share(successes: int, more: int) -> None:
    trials = successes + more
    interval = wilson(successes, trials)
    assert interval is not None
    assert 0 <= interval[0] <= successes / trials + 1e-9
    assert successes / trials - 1e-9 <= interval[1] <= 1


def test_a_wilson_interval_of_the_literature() -> None:
    # Wilson 1927: 81 of 263 gives 0.2553 to 0.3662 (Newcombe 1998, table I, method 3)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_the_f1_interval_draws_whole_calls() -> None:
    calls = [Counts(tp=3), Counts(fn=3), Counts(tp=2, fp=1)]
    low, high = f1_interval(calls) or (9, 9)
    value = total(calls).f1
    assert value is not None
    assert low < value < high
    assert f1_interval(calls) == (low, high)
    assert f1_interval([Counts(), Counts()]) is None
