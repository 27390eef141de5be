"""The page's address is read as its form writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.datapath import Direction, Severity
from callcoach.server.calls.page_query import NAMES, read_query
from callcoach.store.model import SortKey

ZONE = ZoneInfo("Asia/Shanghai")


def test_days_are_those_of_the_zone_and_the_last_one_is_whole():
    wanted = read_query({"from_day": "2026-01-31", "to_day": "2026-01-31"}, ZONE).filter
    assert wanted.started_from == datetime(2026, 1, 30, 16, tzinfo=UTC)
    assert wanted.started_before == datetime(2026, 1, 31, 16, tzinfo=UTC)


def test_minutes_are_seconds_of_the_store_and_empty_fields_do_not_matter():
    sent = {"minutes_min": "1.5", "minutes_max": "", "team_id": "3", "direction": "inbound", "severity": "serious"}
    wanted = read_query(sent, ZONE).filter
    assert (wanted.duration_min_s, wanted.duration_max_s, wanted.team_id) == (90.0, None, 3)
    assert (wanted.direction, wanted.severity) == (Direction.INBOUND, Severity.SERIOUS)


@pytest.mark.parametrize(
    ("name", "value"),
    [("from_day", "31.1.2026"), ("team_id", "first"), ("minutes_min", "long"), ("score_max", "x"), ("severity", "bad")],
)
def test_what_cannot_be_is_told_and_left_out(name, value):
    query = read_query({name: value, "text": "发票"}, ZONE)
    assert query.wrong == (name,)
    assert query.values == {"text": "发票"}


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)))
def test_no_address_is_a_fault(sent):
    query = read_query(sent, ZONE)
    assert set(query.values) <= set(NAMES)


def test_an_address_leads_back_to_the_same_list():
    query = read_query({"text": "发票 a&b", "sort": "score", "descending": "false", "after": "x"}, ZONE)
    assert query.page.sort is SortKey.SCORE
    assert query.address(after="") == "/calls?text=%E5%8F%91%E7%A5%A8+a%26b&sort=score&descending=false"
    assert query.address("/calls/export", text="", sort="", descending="", after="") == "/calls/export"
