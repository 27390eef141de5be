"""Intervals that keep people from ranking noise."""

from __future__ import annotations

import pytest

from callcoach.confidence import mean_of, rate_ratio


def test_a_mean_and_its_interval_by_hand():
    # 80, 90, 100: mean 90, standard deviation 10, standard error 10/sqrt(3)
    mean = mean_of(3, 270, 80**2 + 90**2 + 100**2)
    assert mean
    assert (mean.value, mean.n) == (90, 3)
    assert mean.high == pytest.approx(90 + 1.959964 * 10 / 3**0.5)
    assert mean.low == pytest.approx(90 - 1.959964 * 10 / 3**0.5)


def test_one_value_has_no_interval_and_none_no_mean():
    mean = mean_of(1, 80, 6400)
    assert mean
    assert (mean.value, mean.low, mean.high) == (80, None, None)
    assert mean_of(0, 0, 0) is None


def test_many_fewer_finds_are_a_clear_change():
    ratio = rate_ratio(40, 100, 10, 100)
    assert ratio
    assert ratio.value == pytest.approx(10.5 / 40.5)
    assert ratio.high < 1


def test_a_few_fewer_are_not():
    ratio = rate_ratio(6, 20, 4, 20)
    assert ratio
    assert ratio.low < 1 < ratio.high


@pytest.mark.parametrize("counts", [(2, 50, 2, 50), (9, 0, 9, 10), (9, 10, 9, 0)])
def test_of_too_little_nothing_is_said(counts):
    assert rate_ratio(*counts) is None
