"""Tiers by sales, by both schemes."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from callcoach.customers.tiers import TIERS_OF, Tier, TierScheme, tiers_by_sales


def test_abc_follows_the_share_of_sales() -> None:
    # 10 % of customers with 70 % of sales, 20 % with 20 %, 70 % with 10 %: the material's own example.
    sales = {0: 70.0, 1: 10.0, 2: 10.0, **dict.fromkeys(range(3, 10), 10 / 7)}
    tiers = tiers_by_sales(sales, TierScheme.ABC)
    assert Counter(tiers.values()) == {Tier.A: 1, Tier.B: 2, Tier.C: 7}
    assert tiers[0] is Tier.A


def test_the_pyramid_follows_the_rank() -> None:
    tiers = tiers_by_sales({key: float(1000 - key) for key in range(1000)}, TierScheme.PYRAMID)
    assert Counter(tiers.values()) == {Tier.TOP: 10, Tier.LARGE: 190, Tier.MIDDLE: 300, Tier.SMALL: 500}
    assert tiers[0] is Tier.TOP
    assert tiers[999] is Tier.SMALL


def test_the_customer_that_crosses_a_limit_is_of_the_better_tier() -> None:
    assert tiers_by_sales({1: 60.0, 2: 30.0, 3: 10.0}, TierScheme.ABC) == {1: Tier.A, 2: Tier.A, 3: Tier.C}


def test_without_sales_all_are_of_the_last_tier() -> None:
    assert tiers_by_sales({1: 0.0, 2: 0.0}, TierScheme.ABC) == {1: Tier.C, 2: Tier.C}
    assert tiers_by_sales({}, TierScheme.PYRAMID) == {}


@given(
    st.dictionaries(st.integers(0, 500), st.floats(-1000, 1e9), max_size=60),
    st.sampled_from(TierScheme),
)
def test_who_buys_more_is_never_of_a_worse_tier(sales: dict[int, float], scheme: TierScheme) -> None:
    tiers = tiers_by_sales(sales, scheme)
    assert tiers.keys() == sales.keys()
    order = TIERS_OF[scheme]
    ranks = [order.index(tiers[key]) for key in sorted(sales, key=lambda key: (-sales[key], key))]
    assert ranks == sorted(ranks)
