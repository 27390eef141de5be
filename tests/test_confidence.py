"""Intervals that keep people from ranking noise."""

from __future__ import annotations

import numpy as np
import pytest

from callcoach.confidence import (
    Found,
    against,
    beyond_chance,
    chance_of,
    mean_of,
    rate_of,
    rate_ratio,
    share_of,
)


def found(counts) -> Found:
    counts = np.asarray(counts)
    return Found(len(counts), int(counts.sum()), int((counts**2).sum()))


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


def once(finds: int, calls: int) -> Found:
    return Found(calls, finds, finds)


def test_many_fewer_finds_are_a_clear_change():
    ratio = rate_ratio(once(40, 100), once(10, 100))
    assert ratio
    assert ratio.value == pytest.approx(10.5 / 40.5)
    assert ratio.high < 1


def test_a_few_fewer_are_not():
    ratio = rate_ratio(once(6, 20), once(4, 20))
    assert ratio
    assert ratio.low < 1 < ratio.high


@pytest.mark.parametrize("counts", [(2, 50, 2, 50), (9, 0, 9, 10), (9, 10, 9, 0)])
def test_of_too_little_nothing_is_said(counts):
    assert rate_ratio(once(*counts[:2]), once(*counts[2:])) is None


def test_five_finds_in_one_call_are_not_five_witnesses():
    lone, echoed = found([1] * 40 + [0] * 60), found([8] * 5 + [0] * 95)
    assert lone.finds == echoed.finds
    after = found([1] * 20 + [0] * 80)
    clear, unclear = rate_ratio(lone, after), rate_ratio(echoed, after)
    assert clear
    assert unclear
    assert clear.value == unclear.value
    assert clear.high < 1 < unclear.high


@pytest.mark.parametrize(
    ("calls", "share", "echo"), [(40, 0.3, 1.0), (40, 0.3, 4.0), (200, 0.05, 3.0), (100, 0.6, 2.0)]
)
def test_intervals_of_rates_hold_what_they_promise(calls, share, echo):
    # Calls that have the fault have it several times over; the truth is a ratio of 0.6.
    random = np.random.default_rng(7)

    def draw(part: float) -> Found:
        faulty = random.random(calls) < share * part
        return found(np.where(faulty, random.geometric(1 / echo, calls), 0))

    held, ratios, runs = 0, 0, 600
    rates = 0
    for _ in range(runs):
        before, after = draw(1.0), draw(0.6)
        ratio, rate = rate_ratio(before, after), rate_of(before)
        assert rate
        rates += rate.low <= share * echo <= rate.high
        if ratio is not None:
            ratios += 1
            held += ratio.low <= 0.6 <= ratio.high
    assert held / ratios >= 0.92
    assert rates / runs >= 0.91


def test_a_change_that_all_share_is_nobodys_doing():
    own, others = rate_ratio(once(60, 200), once(30, 200)), rate_ratio(once(600, 2000), once(300, 2000))
    assert own
    assert others
    assert own.high < 1
    both = against(own, others)
    assert both.low < 1 < both.high


def test_a_share_over_calls_by_hand():
    share = share_of([(1, 1)] * 8 + [(0, 1)] * 2)
    assert share
    assert (share.value, share.n) == (0.8, 10)
    assert (share.low, share.high) == (pytest.approx(0.490, abs=0.001), pytest.approx(0.943, abs=0.001))
    alike = share_of([(4, 4)] * 2 + [(0, 2)])
    assert alike
    assert alike.value == 0.8
    assert alike.low < share.low, "three calls say less than ten"
    assert share_of([]) is None


def test_a_share_of_all_says_how_many_calls_it_stands_on():
    many, few = share_of([(1, 1)] * 40), share_of([(20, 20)] * 2)
    assert many
    assert few
    assert few.low < 0.4 < many.low < many.high == 1


def test_welch_by_the_tables():
    # t = 2.0 with 18 degrees of freedom: one-sided 0.0304
    first, second = mean_of(10, 820, 820**2 / 10 + 9 * 50), mean_of(10, 756.754, 756.754**2 / 10 + 9 * 50)
    assert first
    assert second
    assert chance_of(first, second) == pytest.approx(0.0304, abs=0.001)
    assert chance_of(second, first) == pytest.approx(1 - 0.0304, abs=0.001)


def test_who_is_looked_at_among_many_needs_more():
    assert beyond_chance([0.03]) == {0}
    assert beyond_chance([0.03] + [0.5] * 19) == frozenset()
    assert beyond_chance([0.0004, 0.9, 0.004, 0.5]) == {0, 2}
    assert beyond_chance([]) == frozenset()
