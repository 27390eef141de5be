"""How things stand follows from the phone's events."""

from __future__ import annotations

from pathlib import Path

from callcoach.datapath import Direction, Speaker
from callcoach.line.standing import PhoneStanding, after, as_plain, from_plain
from callcoach.sip import events
from callcoach.sip.states import CallState, Hold, Phase

RINGS = events.IncomingCall("c1", "13800000020", "李先生", (), "127.0.0.1", waiting=False)
TALKS = events.StateChanged("c1", CallState(Phase.TALKING), Speaker.AGENT)
HELD = events.StateChanged("c1", CallState(Phase.TALKING, Hold.LOCAL), Speaker.AGENT)
ENDS = events.CallEnded("c1", Direction.INBOUND, Speaker.CUSTOMER, 200, "", "PCMA", False, None, None)


def folded(*happened: events.PhoneEvent) -> PhoneStanding:
    standing = PhoneStanding()
    for at, event in enumerate(happened, start=100):
        standing = after(standing, events.as_plain(event), float(at))
    return standing


def test_a_call_rings_is_talked_on_held_and_ends():
    call = folded(RINGS).call("c1")
    assert call
    assert (call.phase, call.number, call.name, call.talking_since) == ("ringing_in", "13800000020", "李先生", None)
    call = folded(RINGS, TALKS, HELD, events.MuteChanged("c1", muted=True)).call("c1")
    assert call
    assert (call.phase, call.hold, call.muted, call.talking_since) == ("talking", "local", True, 101.0)
    assert folded(RINGS, TALKS, ENDS).calls == ()


def test_a_second_call_waits_beside_the_first():
    other = events.IncomingCall("c2", "139", "", (), "127.0.0.1", waiting=True)
    assert [one.call_id for one in folded(RINGS, TALKS, other).calls] == ["c1", "c2"]


def test_how_the_recording_stands_shows():
    on, paused = events.RecordingChanged("c1", "on"), events.RecordingChanged("c1", "paused")
    failed = events.RecordingFailed("c1", "disk full")
    states = [folded(RINGS, TALKS, *more).calls[0].recording for more in ((), (on,), (on, paused), (on, failed))]
    assert states == ["off", "on", "paused", "off"]


def test_a_supervisor_who_barges_in_shows():
    barged = folded(RINGS, TALKS, events.BargeChanged("c1", True))
    assert barged.calls[0].barged
    assert not after(barged, events.as_plain(events.BargeChanged("c1", False)), 0.0).calls[0].barged


def test_events_of_unknown_calls_change_nothing():
    assert folded(TALKS, HELD, ENDS) == PhoneStanding()


def test_switches_and_conferences_show():
    standing = folded(RINGS, TALKS, events.SwitchesChanged(True, False), events.ConferenceChanged("c1", True, "c2"))
    assert (standing.do_not_disturb, standing.auto_answer) == (True, False)
    assert standing.calls[0].in_conference
    parted = after(standing, events.as_plain(events.ConferenceChanged("c1", False, "c2")), 0.0)
    assert not parted.calls[0].in_conference


def test_what_another_version_knows_besides_is_left_out():
    plain = as_plain(folded(RINGS, TALKS))
    call = {**plain["calls"][0], "brightness": 3}
    assert from_plain({**plain, "moon": "full", "calls": [call]}) == folded(RINGS, TALKS)


def test_it_survives_the_line():
    recovered = events.RecordingRecovered("c0", Path("calls/c0"), None, 2.0)
    standing = folded(recovered, RINGS, TALKS)
    assert standing.recovered == ("c0",)
    assert from_plain(as_plain(standing)) == standing
