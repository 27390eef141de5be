"""Three-way conferences with two baresips through Kamailio, measured by the tones in each ear and recording."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from callcoach.errors import SipError
from callcoach.sip import events
from callcoach.sip.states import Hold, Phase
from tests.peers.baresip import Baresip, baresip
from tests.peers.fixtures import OUR_HZ, PEER_HZ
from tests.peers.kamailio import Pbx
from tests.peers.process import LOOPBACK
from tests.peers.sound import share_of_tone, tone, write_wav
from tests.sip.inside import Inside, inside
from tests.sip.test_supervisor_with_peers import SUPERVISOR_HZ, speaking

pytestmark = pytest.mark.peer
COLLEAGUE_HZ = 1100.0
TONES = (OUR_HZ, PEER_HZ, COLLEAGUE_HZ)
THERE, NOT_THERE = 0.15, 0.001
"""Shares of a sound's energy: two or three tones of the same level have a third or a half each."""


@pytest.fixture
def colleague(tmp_path: Path, pbx: Pbx, need_program: Callable[..., str]) -> Iterator[Baresip]:
    """A second baresip, at 7xxx, with a tone of its own."""
    need_program("baresip")
    prompt = write_wav(tmp_path / "colleague.wav", tone(COLLEAGUE_HZ, 60))
    account = f"<sip:7001@{LOOPBACK};transport=udp>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1"
    with baresip(tmp_path / "colleague", prompt, account, pbx.sipp_port) as phone:
        yield phone


@pytest.fixture
def agent(tmp_path: Path, pbx: Pbx) -> Iterator[Inside]:
    with inside(tmp_path, pbx) as found:
        yield found


def tones_in(samples: NDArray[np.int16]) -> set[float]:
    """Return which of the three tones a stretch holds; it must be certain of each."""
    shares = {hz: share_of_tone(samples, hz) for hz in TONES}
    assert all(share > THERE or share < NOT_THERE for share in shares.values()), shares
    return {hz for hz, share in shares.items() if share > THERE}


def at_times(agent: Inside, call_id: str, *kinds: str) -> list[float]:
    happened = json.loads((agent.calls_dir / call_id / "call.json").read_text())["call"]["events"]
    return [next(one["at_s"] for one in happened if one["kind"] == kind) for kind in kinds]


def middle(samples: NDArray[np.int16], start_s: float, end_s: float) -> NDArray[np.int16]:
    """Return a stretch without the 0.4 s at its edges, in which jitter buffers fill."""
    cut = samples[int((start_s + 0.4) * 8000) : int((end_s - 0.4) * 8000)]
    assert len(cut) > 4000, (start_s, end_s)
    return cut


def seconds_with(samples: NDArray[np.int16], *wanted: float) -> float:
    """For how long exactly these of the three tones are heard, in tenths of a second."""
    blocks = [samples[at : at + 800] for at in range(0, len(samples) - 800, 800)]
    found = [{hz for hz in TONES if share_of_tone(block, hz) > THERE} for block in blocks]
    return 0.1 * sum(one == set(wanted) for one in found)


def test_each_hears_the_other_two_and_both_calls_stay_recorded(
    agent: Inside, customer: Baresip, colleague: Baresip
) -> None:
    first = agent.talk("8001")
    second = agent.talk("7001")
    time.sleep(1.5)  # the first is on hold
    agent.phone.conference(first, second)
    agent.wait(events.ConferenceChanged, call_id=second, in_conference=True)
    heard_from = len(agent.heard())
    time.sleep(2.5)
    heard = agent.heard()[heard_from + 3200 :]
    agent.phone.split(first)
    agent.wait_state(first, Phase.TALKING, Hold.LOCAL)
    time.sleep(1.5)
    agent.phone.hang_up(first)
    left, right = agent.recorded(first)
    joined_s, split_s = at_times(agent, first, "conference", "split")
    assert tones_in(middle(left, joined_s, split_s)) == {OUR_HZ}
    assert tones_in(middle(right, joined_s, split_s)) == {PEER_HZ, COLLEAGUE_HZ}
    assert not middle(right, split_s, len(right) / 8000).any(), "on hold again: nobody is heard"
    agent.phone.hang_up(second)
    left, right = agent.recorded(second)
    joined_s, split_s = at_times(agent, second, "conference", "split")
    assert tones_in(middle(left, joined_s, split_s)) == {OUR_HZ}
    assert tones_in(middle(right, joined_s, split_s)) == {PEER_HZ, COLLEAGUE_HZ}
    assert tones_in(middle(right, 0.0, joined_s)) == tones_in(middle(right, split_s, len(right) / 8000))
    assert tones_in(middle(right, split_s, len(right) / 8000)) == {COLLEAGUE_HZ}
    assert tones_in(heard) == {PEER_HZ, COLLEAGUE_HZ}, "the agent hears both"
    colleague.wait_event("CALL_CLOSED")
    assert seconds_with(colleague.heard(), OUR_HZ, PEER_HZ) > 1.5


def test_the_end_of_one_leaves_the_other_talking(
    tmp_path: Path, pbx: Pbx, customer: Baresip, colleague: Baresip
) -> None:
    """Nobody is held here: baresip keeps what it heard whole only of a call that was not."""
    with inside(tmp_path, pbx, hold_others=False) as agent:
        first, second = agent.talk("8001"), agent.talk("7001")
        agent.phone.conference(second, first)
        agent.wait(events.ConferenceChanged, call_id=first, in_conference=True)
        time.sleep(2.5)
        customer.command("hangup")
        agent.wait(events.ConferenceChanged, call_id=second, in_conference=False)
        agent.wait(events.CallEnded, call_id=first)
        customer.wait_event("CALL_CLOSED")
        assert seconds_with(customer.heard(), OUR_HZ, COLLEAGUE_HZ) > 1.5
        time.sleep(1.5)
        agent.phone.hang_up(second)
        _, right = agent.recorded(second)
        (split_s,) = at_times(agent, second, "split")
        assert tones_in(middle(right, split_s, len(right) / 8000)) == {COLLEAGUE_HZ}
        colleague.wait_event("CALL_CLOSED")
        assert seconds_with(colleague.heard(), OUR_HZ, PEER_HZ) > 1.5


def test_mute_holds_for_both_and_a_muted_call_on_hold_mutes_no_other(
    agent: Inside, customer: Baresip, colleague: Baresip
) -> None:
    first = agent.talk("8001")
    agent.phone.mute(first)
    second = agent.talk("7001")
    time.sleep(1.5)
    agent.phone.conference(first, second)
    agent.wait(events.ConferenceChanged, call_id=first, in_conference=True)
    time.sleep(1.5)
    agent.phone.hang_up(first)
    agent.phone.hang_up(second)
    left, _ = agent.recorded(second)
    (joined_s,) = at_times(agent, second, "conference")
    assert tones_in(middle(left, 0.0, joined_s)) == {OUR_HZ}, "the muted call was on hold"
    assert not middle(left, joined_s, len(left) / 8000).any()


def test_what_cannot_be_joined_is_said(agent: Inside, customer: Baresip) -> None:
    first = agent.talk("8001")
    with pytest.raises(SipError, match="named twice"):
        agent.phone.conference(first, first)
    with pytest.raises(SipError, match="in no conference"):
        agent.phone.split(first)
    with pytest.raises(SipError, match="no call nowhere"):
        agent.phone.conference(first, "nowhere")


def test_who_barges_into_a_conference_is_marked_in_both_calls(
    agent: Inside, customer: Baresip, colleague: Baresip
) -> None:
    """Also when they were there before the second call joined; a call put on hold loses them."""
    first, second = agent.talk("8001"), agent.talk("7001")
    with speaking(agent.phone.barge):
        agent.wait(events.BargeChanged, call_id=second, barged=True)
        agent.phone.conference(first, second)
        agent.wait(events.BargeChanged, call_id=first, barged=True)
        time.sleep(1.6)
        agent.phone.split(first)
        agent.wait(events.BargeChanged, call_id=first, barged=False)
    agent.wait(events.BargeChanged, call_id=second, barged=False)
    agent.phone.hang_up(second)
    left, _ = agent.recorded(second)
    started_s, ended_s = at_times(agent, second, "barge_started", "barge_ended")
    assert share_of_tone(middle(left, started_s, ended_s), SUPERVISOR_HZ) > THERE
    agent.phone.hang_up(first)
    agent.recorded(first)
    joined_s, started_s, ended_s = at_times(agent, first, "conference", "barge_started", "barge_ended")
    assert started_s == pytest.approx(joined_s, abs=0.5)
    assert ended_s > started_s + 1.0
