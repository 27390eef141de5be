"""Conditions as documents write them, and small conversations to ask them about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcoach.datapath import Call, CallEvent, CallEventKind, Conversation, LevelTrack, PitchTrack, Speaker, Turn
from callcoach.documents import Document
from callcoach.rules.conditions import build_condition
from callcoach.rules.match import Match
from callcoach.rules.view import ConversationView

SPEAKERS = {"a": Speaker.AGENT, "c": Speaker.CUSTOMER}


def conversation(*turns: tuple[str, float, float, str], **more: Any) -> Conversation:
    """Turns as (a or c, start, end, text); `more` are fields of Conversation, `call` those of Call."""
    call = Call("test", **more.pop("call", {}))
    made = tuple(Turn(i, SPEAKERS[who], start, end, text) for i, (who, start, end, text) in enumerate(turns))
    duration_s = more.pop("duration_s", max((turn.end_s for turn in made), default=10.0))
    return Conversation(call, duration_s, made, **more)


def say(*lines: str) -> Conversation:
    """Lines such as `a 您好`, four characters a second, half a second apart."""
    turns: list[tuple[str, float, float, str]] = []
    now_s = 0.0
    for line in lines:
        who, text = line.split(" ", 1)
        turns.append((who, now_s, now_s + len(text) / 4, text))
        now_s += len(text) / 4 + 0.5
    return conversation(*turns)


def events(*given: tuple[str, float]) -> tuple[CallEvent, ...]:
    return tuple(CallEvent(CallEventKind(kind), at_s) for kind, at_s in given)


def levels(dbfs: list[float], hop_s: float = 0.1) -> LevelTrack:
    return LevelTrack(hop_s, dbfs, [False] * len(dbfs))


def pitches(hz: list[float], hop_s: float = 0.1) -> PitchTrack:
    return PitchTrack(hop_s, hz)


Find = Callable[..., list[Match]]


@pytest.fixture
def find() -> Find:
    """Build a condition of the given fields and ask it: `find(conversation, kind="phrase", any=["我不能"])`."""

    def ask(talk: Conversation, **fields: Any) -> list[Match]:
        condition, faults = build_condition(Document("test.yaml", {"condition": fields}, {}), ("condition",), "anyone")
        assert condition is not None, faults
        return list(condition.find(ConversationView(talk)))

    return ask


def fault_of(**fields: Any) -> str:
    condition, faults = build_condition(Document("test.yaml", {"condition": fields}, {}), ("condition",), "anyone")
    assert condition is None
    return "\n".join(map(str, faults))
