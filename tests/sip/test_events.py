from __future__ import annotations

import dataclasses
import json
import typing

import pytest

from callcoach.cli.phone_console import COMMANDS, describe, help_text
from callcoach.datapath import Direction, Speaker
from callcoach.sip import events
from callcoach.sip.states import CallState

KINDS = typing.get_args(events.PhoneEvent)
_SAMPLES = {
    "CallState": CallState(),
    "Speaker": Speaker.AGENT,
    "Direction": Direction.INBOUND,
    "bool": True,
    "int": 5,
    "float": 1.5,
    "tuple[tuple[str, str], ...]": (("X-Call-ID", "7"),),
}


def sample(kind: type) -> events.PhoneEvent:
    """Make an event of any kind with plausible fields."""
    values = {field.name: _SAMPLES.get(str(field.type), "x") for field in dataclasses.fields(kind)}
    values = {
        name: None if value == "x" and name in {"quality", "mos", "problem", "path"} else value
        for name, value in values.items()
    }
    return kind(**values)


def test_the_union_names_every_event_of_the_module() -> None:
    declared = {
        value for value in vars(events).values() if isinstance(value, type) and value.__module__ == events.__name__
    }
    assert declared == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_is_frozen_and_becomes_json_and_a_readable_line(kind: type) -> None:
    event = sample(kind)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, dataclasses.fields(kind)[0].name, "y")
    plain = json.loads(json.dumps(events.as_plain(event)))
    assert plain["event"] == kind.__name__
    assert set(plain) == {"event"} | {field.name for field in dataclasses.fields(kind)}
    assert describe(event).strip()


def test_help_lists_every_command() -> None:
    assert all(word in help_text() for word in [*COMMANDS, "quit", "help"])
