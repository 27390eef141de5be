"""Which of the company's queues an incoming call came through, by what its INVITE says.

A PBX that names the queue does so in a header of its own; one that does not still tells the number that was dialled:
in P-Called-Party-ID (RFC 7315 section 4.2), in Diversion (RFC 5806) where the call was handed on, else in To.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from callcoach.sip.addresses import header_values, parse_party

DIALLED = ("P-Called-Party-ID", "Diversion", "To")
"""Headers that tell what the caller dialled, the surest first."""
MOST_NAME = 120


def queue_of(message: str, headers: Iterable[str], numbers: Mapping[str, str]) -> str:
    """Return the queue's name; empty: none, or not told.

    Args:
        message: the INVITE, raw.
        headers: names of headers in which the PBX names the queue, the surest first.
        numbers: queues by the numbers that are dialled for them.
    """
    named = (value.strip().strip('"').strip() for name in headers for value in header_values(message, name))
    by_number = (numbers[number] for number in _dialled(message) if number in numbers)
    return next(filter(None, (*named, *by_number)), "")[:MOST_NAME]


def _dialled(message: str) -> Iterator[str]:
    for name in DIALLED:
        for value in header_values(message, name):
            yield parse_party(value).number
