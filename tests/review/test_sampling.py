from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.review.assigning import spread
from callcoach.review.sampling import Candidate, Draw, Method, QuotaPer, draw, lot

CALLS = [Candidate(f"c{number}", f"agent{number % 3}", 60.0 + number, 1.0 - number / 100) for number in range(30)]
CALLS += [Candidate("d1", "agent3"), Candidate("d2", "")]

draws = st.builds(
    Draw, st.sampled_from(Method), st.integers(1, 40), st.sampled_from(QuotaPer), st.integers(-(2**31), 2**31)
)
candidates = st.lists(
    st.builds(
        Candidate,
        st.text("abc0", min_size=1),
        st.sampled_from(["", "li", "wang"]),
        st.none() | st.floats(0, 100),
        st.none() | st.floats(0, 1),
    ),
    unique_by=lambda one: one.call_id,
)


def agents(drawn: tuple[str, ...]) -> Counter[str]:
    by_id = {one.call_id: one.agent for one in CALLS}
    return Counter(by_id[call_id] for call_id in drawn)


@given(draws, candidates, st.randoms())
def test_a_draw_can_be_made_again_in_any_order(how: Draw, calls: list[Candidate], random: st.DataObject) -> None:
    first = draw(how, "2026-01", calls)
    shuffled = list(calls)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(how, "2026-01", shuffled) == first
    assert len(set(first)) == len(first)
    assert set(first) <= {one.call_id for one in calls}


@given(draws, candidates)
def test_the_quota_is_kept_and_used(how: Draw, calls: list[Candidate]) -> None:
    drawn = draw(how, "2026-01", calls)
    per_agent = Counter(one.agent for one in calls)
    if how.per is QuotaPer.AGENT:
        assert len(drawn) == sum(min(count, how.quota) for count in per_agent.values())
    else:
        assert len(drawn) == min(len(calls), how.quota)


def test_the_lot_is_what_the_document_says() -> None:
    digest = hashlib.sha256(b"7:2026-01:c1").digest()
    assert lot(7, "2026-01", "c1") == int.from_bytes(digest[:8], "big")


def test_another_seed_or_period_draws_others() -> None:
    def how(seed: int, key: str) -> tuple[str, ...]:
        return draw(Draw(Method.RANDOM, 5, QuotaPer.ALL, seed), key, CALLS)

    assert len({how(1, "2026-01"), how(2, "2026-01"), how(1, "2026-02")}) == 3


def test_random_draws_are_even() -> None:
    counts = Counter(
        call for seed in range(2000) for call in draw(Draw(Method.RANDOM, 8, QuotaPer.ALL, seed), "k", CALLS)
    )
    # 8 of 32: a quarter of 2000 draws; the standard deviation is 19, the bound five of them.
    assert all(abs(counts[one.call_id] - 500) < 97 for one in CALLS)


def test_a_call_more_does_not_reshuffle_the_others() -> None:
    how = Draw(Method.RANDOM, 10, QuotaPer.ALL, 1)
    before, after = draw(how, "k", CALLS), draw(how, "k", [*CALLS, Candidate("new", "li")])
    assert set(after) - {"new"} <= set(before)


def test_every_agent_has_a_turn() -> None:
    drawn = draw(Draw(Method.STRATIFIED, 8, QuotaPer.ALL, 1), "k", CALLS)
    assert agents(drawn) == {"agent0": 2, "agent1": 2, "agent2": 2, "agent3": 1, "": 1}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.WORST_FIRST, ("c0", "c1", "c2")),
        (Method.LOW_CONFIDENCE_FIRST, ("c29", "c28", "c27")),
    ],
)
def test_the_most_urgent_first(method: Method, expected: tuple[str, ...]) -> None:
    assert draw(Draw(method, 3, QuotaPer.ALL, 1), "k", CALLS) == expected


def test_worst_of_each_agent() -> None:
    drawn = draw(Draw(Method.WORST_FIRST, 1, QuotaPer.AGENT, 1), "k", CALLS)
    assert drawn[:3] == ("c0", "c1", "c2")
    assert set(drawn[3:]) == {"d1", "d2"}  # no score: last


def test_a_quota_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Draw(Method.RANDOM, 0, QuotaPer.ALL, 1)


def test_calls_go_to_who_has_least_to_do() -> None:
    everybody = dict.fromkeys(("a", "b", "c", "d"), (1, 2))
    given_to = spread(["a", "b", "c", "d"], everybody, {1: 2})
    assert [one.person_id for one in given_to] == [2, 2, 1, 2]


def test_a_call_nobody_may_review_is_told_not_given() -> None:
    assert [one.person_id for one in spread(["a", "b"], {"a": (), "b": (3,)}, {})] == [None, 3]
