"""How long agents were in each state: changes of presence, cut to the times they were signed in. Plain logic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """What an agent said, from then on."""

    at: datetime
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, half-open."""

    begin: datetime
    end: datetime


def seconds_in_states(
    changes: Sequence[PresenceChange], signed_in: Sequence[Span], within: Span
) -> dict[tuple[str, str], float]:
    """Return the seconds in each state and reason while signed in, within a stretch of time.

    Args:
        changes: in the order of their times; the last one before the stretch among them, if there is one.
        signed_in: when the agent's phone was there; overlaps, as of a phone that was replaced, count once.
        within: the stretch.
    """
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    there = [Span(max(one.begin, within.begin), min(one.end, within.end)) for one in merged(signed_in)]
    begins = max(0, bisect_right(changes, within.begin, key=lambda one: one.at) - 1)
    ends = bisect_left(changes, within.end, key=lambda one: one.at)
    first = 0
    for change, following in pairwise((*changes[begins:ends], PresenceChange(within.end, ""))):
        while first < len(there) and there[first].end <= change.at:
            first += 1
        for span in there[first:]:
            begin, end = max(change.at, span.begin), min(following.at, span.end)
            if span.begin >= following.at:
                break
            if begin < end:
                found[change.state, change.reason] += (end - begin).total_seconds()
    return dict(found)


def merged(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans in their order, those that overlap or touch as one."""
    begin, end = None, None
    for span in sorted(spans, key=lambda one: one.begin):
        if begin is None or end is None:
            begin, end = span.begin, span.end
        elif span.begin <= end:
            end = max(end, span.end)
        else:
            yield Span(begin, end)
            begin, end = span.begin, span.end
    if begin is not None and end is not None and begin < end:
        yield Span(begin, end)
