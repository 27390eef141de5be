"""Tiers of customers by their sales. Takes figures, gives a tier for each; two schemes, as the site chooses.

ABC: the customers who make the first 70 % of sales are A, those of the next 20 % B, the others C. Pyramid: by rank,
the first 1 % of customers, then 19 %, 30 % and 50 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Tier(StrEnum):
    """How much a customer matters to the business, best first in each scheme."""

    A = "a"
    B = "b"
    C = "c"
    TOP = "top"
    LARGE = "large"
    MIDDLE = "middle"
    SMALL = "small"


class TierScheme(StrEnum):
    """By what tiers are given."""

    ABC = "abc"
    PYRAMID = "pyramid"


SALES_UP_TO = ((Tier.A, 0.7), (Tier.B, 0.9))
"""Share of all sales, counted from the largest customer, up to which a tier reaches."""
RANK_UP_TO = ((Tier.TOP, 0.01), (Tier.LARGE, 0.2), (Tier.MIDDLE, 0.5))
"""Share of all customers, counted from the largest, up to which a tier reaches."""
TIERS_OF: Mapping[TierScheme, tuple[Tier, ...]] = {
    TierScheme.ABC: (Tier.A, Tier.B, Tier.C),
    TierScheme.PYRAMID: (Tier.TOP, Tier.LARGE, Tier.MIDDLE, Tier.SMALL),
}


def tiers_by_sales(sales: Mapping[int, float], scheme: TierScheme) -> dict[int, Tier]:
    """Return the tier of each customer by their sales; equal sales are ordered by key, so that it can be repeated.

    A customer with whom a limit is crossed still belongs to the better tier. Without any sale all are of the last one.
    """
    ranked = sorted(sales, key=lambda key: (-sales[key], key))
    return dict(zip(ranked, _tiers([max(0.0, sales[key]) for key in ranked], scheme), strict=True))


def _tiers(ranked: list[float], scheme: TierScheme) -> Iterator[Tier]:
    last = TIERS_OF[scheme][-1]
    total, before = sum(ranked), 0.0
    for rank, value in enumerate(ranked):
        if scheme is TierScheme.PYRAMID:
            share, limits = rank / len(ranked), RANK_UP_TO
        else:
            share, limits = (before / total if total and value else 1.0), SALES_UP_TO
        # 1e-9: sums of decimals such as 0.7 are a little off.
        yield next((tier for tier, limit in limits if share < limit - 1e-9), last)
        before += value
