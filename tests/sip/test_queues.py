"""Which queue a call came through, by its INVITE."""

from __future__ import annotations

import pytest

from callcoach.settings import SipSettings
from callcoach.sip.queues import queue_of

HEADERS = ("X-Queue", "X-Queue-Name")
NUMBERS = {"4001": "售后", "4002": "销售"}


def invite(*more: str) -> str:
    lines = ("INVITE sip:801@10.0.0.5 SIP/2.0", "From: <sip:138@pbx>;tag=1", "To: <sip:801@pbx>", *more)
    return "\r\n".join((*lines, "", "v=0"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), ""),
        (("X-Queue: 售后",), "售后"),
        (('x-queue-name: "VIP"',), "VIP"),
        (("X-Queue:  ", "X-Queue-Name: 二线"), "二线"),
        (("P-Called-Party-ID: <sip:4001@pbx>",), "售后"),
        (("Diversion: <sip:4002@pbx>;reason=unconditional",), "销售"),
        (("P-Called-Party-ID: <sip:4001@pbx>", "X-Queue: 二线"), "二线"),
        (("P-Called-Party-ID: <sip:4009@pbx>", "Diversion: <tel:4002>"), "销售"),
        ((f"X-Queue: {'长' * 200}",), "长" * 120),
    ],
)
def test_a_queue_is_found_by_header_or_dialled_number(more: tuple[str, ...], expected: str) -> None:
    assert queue_of(invite(*more), HEADERS, NUMBERS) == expected


def test_the_number_in_to_is_the_last_resort() -> None:
    dialled = invite().replace("<sip:801@pbx>", "<sip:4002@pbx>")
    assert queue_of(dialled, HEADERS, NUMBERS) == "销售"
    assert queue_of(dialled, HEADERS, {}) == ""


def test_lines_of_the_settings_are_read_or_refused() -> None:
    assert SipSettings(queue_numbers=("4001 = 售后", "4002=销售")).queue_by_number == NUMBERS
    for wrong in ("4001", "=售后", "4001="):
        with pytest.raises(ValueError, match="such as 4001=售后"):
            SipSettings(queue_numbers=(wrong,))
