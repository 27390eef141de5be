"""How long agents were in each state: changes of presence, cut to the times they were signed in. Plain logic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime


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
    there = tuple(merged(signed_in))
    for number, change in enumerate(changes):
        ends = changes[number + 1].at if number + 1 < len(changes) else within.end
        for span in there:
            begin, end = max(change.at, span.begin, within.begin), min(ends, span.end, within.end)
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
