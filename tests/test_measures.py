"""Figures of a call, counted by hand."""

from __future__ import annotations

from dataclasses import replace

from callcoach.datapath import Call, CallEvent, CallEventKind, Segment, Speaker
from callcoach.measures import measure
from tests.store.reviews.floor import analysis_of

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def analysis(segments=(), events=(), duration_s=60.0, speakers=(AGENT, CUSTOMER)):
    made = analysis_of(Call("c1", events=tuple(events)))
    recording = replace(made.recording, duration_s=duration_s, speakers=speakers)
    return replace(made, segments=tuple(segments), recording=recording)


def test_pauses_shares_and_overlaps():
    segments = [Segment(AGENT, 0, 10), Segment(CUSTOMER, 9, 14), Segment(AGENT, 22, 27), Segment(CUSTOMER, 27.2, 32.2)]
    found = measure(analysis(segments, duration_s=40.0))
    assert found.silence_s == 8 + 7.8
    assert found.agent_share == 0.6
    assert found.talk_overs == 1


def test_what_was_silent_while_the_recording_was_paused_is_not_known():
    segments = [Segment(AGENT, 0, 10), Segment(CUSTOMER, 30, 39)]
    paused = CallEvent(CallEventKind.RECORDING_PAUSED, 11.0, AGENT)
    resumed = CallEvent(CallEventKind.RECORDING_RESUMED, 24.0, AGENT)
    assert measure(analysis(segments, duration_s=40.0)).silence_s == 20
    assert measure(analysis(segments, [paused, resumed], duration_s=40.0)).silence_s == 6
    assert measure(analysis(segments, [paused], duration_s=60.0)).silence_s == 0


def test_ringing_and_holds():
    events = [
        CallEvent(CallEventKind.RING, -12.5, CUSTOMER),
        CallEvent(CallEventKind.ANSWER, 0.0, AGENT),
        CallEvent(CallEventKind.HOLD, 10.0, AGENT),
        CallEvent(CallEventKind.RESUME, 25.0, AGENT),
        CallEvent(CallEventKind.HOLD, 50.0, AGENT),
    ]
    found = measure(analysis(events=events))
    assert (found.ring_s, found.hold_s) == (12.5, 25.0)


def test_a_mono_mix_has_no_shares_and_an_unknown_ring_no_time():
    found = measure(analysis([Segment(Speaker.UNKNOWN, 0, 5)], speakers=(Speaker.UNKNOWN,)))
    assert (found.agent_share, found.talk_overs, found.ring_s) == (None, None, None)
