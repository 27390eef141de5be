"""Kinds about the call itself, and the options every kind takes."""

from __future__ import annotations

from typing import Any

import pytest

from callcoach.datapath import CallEvent, CallEventKind, Direction, Severity, Speaker
from callcoach.documents import Document
from callcoach.rules.conditions import build_condition
from callcoach.rules.match import Need
from tests.rules.kinds.conftest import Find, conversation, events, fault_of, say


@pytest.mark.parametrize(("resume_s", "long"), [(62.0, False), (62.5, True)])
def test_one_hold_too_long(find: Find, resume_s: float, long: bool) -> None:
    held = conversation(duration_s=100, call={"events": events(("hold", 2.0), ("resume", resume_s))})
    assert [one.value for one in find(held, kind="hold")] == ([60.5] if long else [])


def test_the_sum_of_holds_is_told_once_where_it_becomes_too_long(find: Find) -> None:
    given = [(kind, at) for n in range(5) for kind, at in (("hold", n * 60.0), ("resume", n * 60.0 + 50))]
    held = conversation(duration_s=400, call={"events": events(*given)})
    found = find(held, kind="hold")
    assert [(one.start_s, one.value, one.severity) for one in found] == [(180.0, 200.0, Severity.SERIOUS)]
    assert not find(held, kind="hold", total_s=250)


@pytest.mark.parametrize(("answer_s", "late"), [(0.0, False), (0.2, True)])
def test_ringing_too_long(find: Find, answer_s: float, late: bool) -> None:
    rang = conversation(call={"events": events(("ring", -15.0), ("answer", answer_s))})
    assert [one.value for one in find(rang, kind="ring")] == ([15.2] if late else [])


def test_events_by_kind_cause_and_detail(find: Find) -> None:
    given = (
        CallEvent(CallEventKind.TRANSFER, 4.0, Speaker.AGENT, "8002"),
        CallEvent(CallEventKind.END, 9.99, Speaker.CUSTOMER, "BYE"),
    )
    call = conversation(duration_s=10, call={"events": given})
    assert [one.quote for one in find(call, kind="event", event="transfer", speaker="agent", detail="800")] == ["8002"]
    assert not find(call, kind="event", event="transfer", detail="9")
    assert not find(call, kind="event", event="end", speaker="agent")
    assert [one.end_s for one in find(call, kind="event", event="end", position={"last_s": 1})] == [10.0]
    assert not find(call, kind="event", event="transfer", position={"last_s": 1})


FACTS = {"direction": Direction.OUTBOUND, "queue": "售后", "tags": ("vip",), "agent": "8001", "ended_by": Speaker.AGENT}


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"direction": "outbound", "queues": ["售前", "售后"], "tags": ["vip", "complaint"]}, True),
        ({"direction": "inbound"}, False),
        ({"queues": ["售前"]}, False),
        ({"tags": ["complaint"]}, False),
        ({"agents": ["8001"], "ended_by": "agent"}, True),
        ({"ended_by": "customer"}, False),
        ({"longer_s": 9.9, "shorter_s": 10.1}, True),
        ({"longer_s": 10}, False),
        ({"shorter_s": 10}, False),
    ],
)
def test_facts_of_the_call(find: Find, fields: dict[str, Any], holds: bool) -> None:
    assert bool(find(conversation(duration_s=10, call=FACTS), kind="call", **fields)) is holds


def test_facts_say_what_they_need_and_ask_something() -> None:
    fields = {"kind": "call", "direction": "inbound", "ended_by": "agent"}
    condition, _ = build_condition(Document("t", {"condition": fields}, {}), ("condition",), "anyone")
    assert condition is not None
    assert condition.needs() == {Need.DIRECTION, Need.ENDED_BY}
    assert "at least one fact" in fault_of(kind="call")


SORRY = {"kind": "phrase", "any": ["抱歉"]}
TALK = say("a 抱歉", "c 我要投诉", "a 抱歉", "c 算了", "a 抱歉")
COMPLAINT = {"kind": "phrase", "any": ["投诉"]}


@pytest.mark.parametrize(
    ("options", "turns"),
    [
        ({"before": {"of": COMPLAINT}}, [0]),
        ({"after": {"of": COMPLAINT}}, [2, 4]),
        ({"after": {"of": COMPLAINT, "within_turns": 1}}, [2]),
        ({"after": {"of": COMPLAINT, "within_s": 0.5}}, [2]),
        ({"after": {"of": COMPLAINT, "within_s": 0.4}}, []),
        ({"near": {"of": COMPLAINT, "within_turns": 1}}, [0, 2]),
        ({"not_near": {"of": COMPLAINT, "within_turns": 1}}, [4]),
        ({"not_before": {"of": COMPLAINT}}, [2, 4]),
        ({"not_after": {"of": COMPLAINT}}, [0]),
    ],
)
def test_near_another_condition(find: Find, options: dict[str, Any], turns: list[int]) -> None:
    assert [one.turn_index for one in find(TALK, **SORRY, **options)] == turns


def test_not_within_another_condition(find: Find) -> None:
    talk = say("a 不好意思我不能说不能")
    inside = {"kind": "phrase", "any": ["我不能"]}
    assert [one.text_span for one in find(talk, kind="phrase", any=["不能"], not_within=inside)] == [(8, 10)]


def test_speaker_and_position_for_kinds_that_do_not_have_them(find: Find) -> None:
    silent = conversation(("a", 0, 1, "喂"), ("c", 9, 10, "喂"), ("a", 11, 12, "喂"), ("c", 30, 31, "喂"))
    air = {"kind": "dead_air", "prods": ["喂"]}
    assert [one.start_s for one in find(silent, **air)] == [1.0, 12.0]
    assert [one.start_s for one in find(silent, **air, position={"first_s": 5})] == [1.0]
    assert [one.start_s for one in find(silent, **air, position={"last_percent": 70})] == [12.0]


def test_a_fault_in_an_option_is_told_where_it_stands() -> None:
    assert "condition.after.of.kind" in fault_of(**SORRY, after={"of": {"kind": "telepathy"}})
    assert "condition.not_within.kind" in fault_of(**SORRY, not_within={})
