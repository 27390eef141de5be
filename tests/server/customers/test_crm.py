"""The address of the CRM: checked when the settings are read, escaped when it is filled in."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from callcoach.calling_settings import DeskSettings
from callcoach.server.customers.crm import crm_link

PATTERN = "https://crm.example.com/open/{number}?call={call_id}&who={agent}&way={direction}"


def test_what_is_filled_in_stays_one_value() -> None:
    pattern = DeskSettings(crm_url=PATTERN).crm_url
    link = crm_link(pattern, number="+86 138&x=1/..", call_id="a#b", agent="张伟", direction="inbound")
    assert link == (
        "https://crm.example.com/open/%2B86%20138%26x%3D1%2F..?call=a%23b&who=%E5%BC%A0%E4%BC%9F&way=inbound"
    )


def test_without_a_pattern_there_is_no_link() -> None:
    assert crm_link(DeskSettings().crm_url, number="138") == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "crm.example.com/{number}",
        "javascript:alert({number})",
        "https://{number}.example.com/",
        "https://crm.example.com/{phone}",
        "https://crm.example.com/{number",
        "https://crm.example.com/{number.__class__}",
        "https://crm.example.com/{0}",
    ],
)
def test_a_pattern_that_cannot_be_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        DeskSettings(crm_url=pattern)
