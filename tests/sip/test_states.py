from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from callcoach.sip.states import (
    HOLD_TRIGGERS,
    HOLDS,
    LOCAL_TRIGGERS,
    PHASES,
    TRANSFER_TRIGGERS,
    TRANSFERS,
    CallState,
    Hold,
    LocalFaultError,
    Phase,
    RemoteFaultError,
    Transfer,
    Trigger,
    diagram,
    legal_triggers,
    next_state,
)

ALL_STATES = [CallState(*sides) for sides in itertools.product(Phase, Hold, Transfer)]
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "softphone.md"


@pytest.mark.parametrize("state", ALL_STATES, ids=lambda s: f"{s.phase}-{s.hold}-{s.transfer}")
def test_every_trigger_in_every_state_moves_one_side_or_raises(state: CallState) -> None:
    rows = {"phase": PHASES[state.phase], "hold": HOLDS[state.hold], "transfer": TRANSFERS[state.transfer]}
    for trigger in Trigger:
        possible = [
            side for side, row in rows.items() if trigger in row and (side == "phase" or state.phase is Phase.TALKING)
        ]
        if possible:
            assert next_state(state, trigger) == replace(state, **{possible[0]: rows[possible[0]][trigger]})
        else:
            fault = LocalFaultError if trigger in LOCAL_TRIGGERS else RemoteFaultError
            with pytest.raises(fault):
                next_state(state, trigger)


def test_each_trigger_belongs_to_one_table() -> None:
    phase_triggers = {trigger for row in PHASES.values() for trigger in row}
    assert not phase_triggers & HOLD_TRIGGERS
    assert not phase_triggers & TRANSFER_TRIGGERS
    assert not HOLD_TRIGGERS & TRANSFER_TRIGGERS
    assert phase_triggers | HOLD_TRIGGERS | TRANSFER_TRIGGERS == set(Trigger)


def test_every_phase_can_be_reached_and_left_towards_the_end() -> None:
    reached = {Phase.NEW}
    for _ in Phase:
        reached |= {target for phase in reached for target in PHASES[phase].values()}
    assert reached == set(Phase)
    for phase in set(Phase) - {Phase.NEW, Phase.ENDED}:
        assert PHASES[phase][Trigger.DISCONNECTED] is Phase.ENDED


def test_an_illegal_trigger_says_what_is_possible() -> None:
    state = CallState(Phase.RINGING_IN)
    with pytest.raises(LocalFaultError, match=r"held does not fit a call that is ringing_in.*answer, disconnected"):
        next_state(state, Trigger.HELD)
    assert state == CallState(Phase.RINGING_IN)


def test_an_ended_call_takes_nothing() -> None:
    assert legal_triggers(CallState(Phase.ENDED, Hold.BOTH, Transfer.PENDING)) == frozenset()


def test_a_life_of_a_call() -> None:
    state = CallState()
    story = [Trigger.INVITED, Trigger.ANSWER, Trigger.CONNECTED, Trigger.HELD, Trigger.REMOTE_HELD, Trigger.RESUMED]
    for trigger in story:
        state = next_state(state, trigger)
    assert state == CallState(Phase.TALKING, Hold.REMOTE)
    assert state.held_by_them
    assert not state.held_by_us


def test_the_document_shows_the_tables() -> None:
    assert diagram() in DOCUMENT.read_text(), "docs/softphone.md: put in what callcoach.sip.states.diagram() returns"
