"""A supervisor's voice, a paused recording and notices in a call with baresip, measured by tones at every place."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from callcoach.errors import SipError
from callcoach.settings import RecordingSettings
from callcoach.sip import events
from callcoach.sip.notice import TONE_HZ
from callcoach.sip.states import Hold, Phase
from tests.peers.baresip import Baresip
from tests.peers.fixtures import OUR_HZ, PEER_HZ
from tests.peers.kamailio import Pbx
from tests.peers.sound import peak, seconds_of_tone, share_of_tone, tone, write_wav
from tests.sip.inside import Inside, inside

pytestmark = pytest.mark.peer
SUPERVISOR_HZ = 1900.0
THERE, NOT_THERE = 0.15, 0.001


@pytest.fixture
def agent(tmp_path: Path, pbx: Pbx) -> Iterator[Inside]:
    with inside(tmp_path, pbx) as found:
        yield found


@contextmanager
def speaking(say: Callable[[bytes], None]) -> Iterator[None]:
    """Speak the supervisor's tone, 20 ms at a time as a browser does, until the end of the block."""
    sound = tone(SUPERVISOR_HZ, 10)
    over = threading.Event()

    def speak() -> None:
        began = time.monotonic()
        for number in itertools.count():
            if over.wait(max(0.0, began + 0.02 * number - time.monotonic())):
                return
            say(sound[number * 160 : (number + 1) * 160].tobytes())

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def happened(agent: Inside, call_id: str) -> list[tuple[str, float]]:
    found = json.loads((agent.calls_dir / call_id / "call.json").read_text())["call"]["events"]
    return [(one["kind"], one["at_s"]) for one in found]


def between(agent: Inside, call_id: str, samples: NDArray[np.int16], first: str, last: str) -> NDArray[np.int16]:
    """Return a recording's stretch between two events, but for 0.3 s at its edges."""
    at = dict(happened(agent, call_id))
    cut = samples[int((at[first] + 0.3) * 8000) : int((at[last] - 0.3) * 8000)]
    assert len(cut) > 4000, happened(agent, call_id)
    return cut


def seconds_with(samples: NDArray[np.int16], hz: float) -> float:
    """For how long a tone is heard among others, in tenths of a second."""
    blocks = [samples[at : at + 800] for at in range(0, len(samples) - 800, 800)]
    return 0.1 * sum(share_of_tone(block, hz) > THERE for block in blocks)


def test_a_whisper_is_heard_by_the_agent_and_nowhere_else(agent: Inside, customer: Baresip) -> None:
    call_id = agent.talk("8001")
    time.sleep(0.5)
    with speaking(agent.phone.whisper):
        time.sleep(2.0)
    agent.phone.hang_up(call_id)
    left, right = agent.recorded(call_id)
    customer.wait_event("CALL_CLOSED")
    assert seconds_with(agent.heard(), SUPERVISOR_HZ) == pytest.approx(2.0, abs=0.5)
    assert seconds_with(agent.heard(), PEER_HZ) > 1.5, "the customer is heard beside it"
    for sound in (left, right, customer.heard()):
        assert share_of_tone(sound, SUPERVISOR_HZ) < NOT_THERE
    assert not [kind for kind, _ in happened(agent, call_id) if kind.startswith("barge")]


def test_who_barges_in_is_heard_by_both_recorded_on_the_left_and_noted(agent: Inside, customer: Baresip) -> None:
    call_id = agent.talk("8001")
    time.sleep(1.0)
    agent.phone.mute(call_id)  # a muted agent does not mute the supervisor
    with speaking(agent.phone.barge):
        agent.wait(events.BargeChanged, call_id=call_id, barged=True)
        time.sleep(2.0)
    agent.wait(events.BargeChanged, call_id=call_id, barged=False)
    agent.phone.hang_up(call_id)
    left, right = agent.recorded(call_id)
    customer.wait_event("CALL_CLOSED")
    barged = between(agent, call_id, left, "barge_started", "barge_ended")
    assert share_of_tone(barged, SUPERVISOR_HZ) > 0.9
    assert seconds_of_tone(left, OUR_HZ) == pytest.approx(1.0, abs=0.4), "the agent is heard until muted"
    assert share_of_tone(right, SUPERVISOR_HZ) < NOT_THERE
    at = dict(happened(agent, call_id))
    assert at["barge_ended"] - at["barge_started"] == pytest.approx(2.0, abs=0.4)
    assert seconds_with(customer.heard(), SUPERVISOR_HZ) == pytest.approx(2.0, abs=0.5)
    assert seconds_with(agent.heard(), SUPERVISOR_HZ) == pytest.approx(2.0, abs=0.5)


def test_a_paused_recording_holds_silence_for_as_long_and_the_call_goes_on(agent: Inside, customer: Baresip) -> None:
    call_id = agent.talk("8001")
    agent.wait(events.RecordingChanged, call_id=call_id, recording="on")
    time.sleep(1.0)
    agent.phone.pause_recording()
    agent.wait(events.RecordingChanged, call_id=call_id, recording="paused")
    heard_from = len(agent.heard())
    time.sleep(1.5)
    heard = agent.heard()[heard_from:]
    agent.phone.resume_recording()
    agent.wait(events.RecordingChanged, call_id=call_id, recording="on")
    with pytest.raises(SipError, match="No recording is paused"):
        agent.phone.resume_recording()
    time.sleep(1.0)
    agent.phone.hang_up(call_id)
    left, right = agent.recorded(call_id)
    at = dict(happened(agent, call_id))
    paused = slice(*(int(8000 * at[kind]) for kind in ("recording_paused", "recording_resumed")))
    assert paused.stop - paused.start == pytest.approx(1.5 * 8000, abs=1600)
    inner = slice(paused.start + 320, paused.stop - 320)
    assert not left[inner].any()
    assert not right[inner].any()
    for part in (slice(0, paused.start), slice(paused.stop, None)):
        assert seconds_of_tone(left[part], OUR_HZ) > 0.5
        assert seconds_of_tone(right[part], PEER_HZ) > 0.5
    assert seconds_of_tone(heard, PEER_HZ) > 1.0, "the agent still hears the customer"
    customer.wait_event("CALL_CLOSED")
    assert seconds_of_tone(customer.heard(), OUR_HZ) > 3.0, "the customer hears the agent all the time"
    assert len(left) / 8000 == pytest.approx(at["end"], abs=0.1), "the time line is kept"


def test_a_tone_and_beeps_tell_both_sides_of_the_recording(tmp_path: Path, pbx: Pbx, customer: Baresip) -> None:
    with inside(tmp_path, pbx, RecordingSettings(notice="tone", beep_every_s=2)) as agent:
        call_id = agent.talk("8001")
        time.sleep(5.0)
        agent.phone.hold(call_id)
        agent.wait_state(call_id, Phase.TALKING, Hold.LOCAL)
        time.sleep(0.5)
        heard = agent.heard()
        agent.phone.hang_up(call_id)
        left, _right = agent.recorded(call_id)
        at = dict(happened(agent, call_id))
    assert at["notice"] < 0.3
    assert at["notice_ended"] - at["notice"] == pytest.approx(0.5, abs=0.1)
    for sound in (left, heard):  # 0.5 s at the answer, and 0.2 s after 2 and 4 s
        noticed = [at for at in range(0, len(sound) - 400, 400) if share_of_tone(sound[at : at + 400], TONE_HZ) > 0.1]
        assert 0.6 < 0.05 * len(noticed) < 1.2
        places = [at / 8000 for at in noticed]
        assert any(1.8 < place < 2.6 for place in places)
        assert any(3.8 < place < 4.6 for place in places)


def test_a_spoken_notice_is_heard_by_the_customer(tmp_path: Path, pbx: Pbx, customer: Baresip) -> None:
    said = write_wav(tmp_path / "said.wav", tone(SUPERVISOR_HZ, 1.0))
    with inside(tmp_path, pbx, RecordingSettings(notice="file", notice_file=said)) as agent:
        call_id = agent.talk("8001")
        time.sleep(2.5)
        agent.phone.hang_up(call_id)
        left, _right = agent.recorded(call_id)
        customer.wait_event("CALL_CLOSED")
        assert seconds_with(customer.heard(), SUPERVISOR_HZ) == pytest.approx(1.0, abs=0.35)
        assert seconds_with(left, SUPERVISOR_HZ) == pytest.approx(1.0, abs=0.15)
        assert peak(left[int(8000 * 1.5) :]) > 4000, "then the agent alone"
