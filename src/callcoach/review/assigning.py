"""Who reviews which call: drawn calls go to the reviewers with the least to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assignment:
    """A call and who reviews it; `person_id` is None when none of the reviewers may."""

    call_id: str
    person_id: int | None


def spread(
    call_ids: Sequence[str], eligible: Mapping[str, Sequence[int]], open_count: Mapping[int, int]
) -> tuple[Assignment, ...]:
    """Give each call, in order, to the eligible reviewer with the fewest open ones; of equals the one named first.

    Args:
        call_ids: the calls, the most urgent first.
        eligible: who may review each call, in the plan's order.
        open_count: how many calls each reviewer has open already.
    """
    load = dict(open_count)
    given: list[Assignment] = []
    for call_id in call_ids:
        people = eligible.get(call_id, ())
        chosen = min(people, key=lambda person: load.get(person, 0), default=None)
        if chosen is not None:
            load[chosen] = load.get(chosen, 0) + 1
        given.append(Assignment(call_id, chosen))
    return tuple(given)
