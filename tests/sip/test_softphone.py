"""The Softphone class itself, in this process, against a `callcoach phone` process called directly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from callcoach.errors import SipError
from callcoach.line.client import carry_out
from callcoach.line.wire import Ask
from callcoach.settings import SipSettings
from callcoach.sip import events
from callcoach.sip.ports import PlaybackPort, SilentPort
from callcoach.sip.softphone import Softphone
from callcoach.sip.states import Phase
from tests.peers.fixtures import OUR_HZ, PEER_HZ
from tests.peers.phone import Phone, softphone
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import read_wav, seconds_of_tone, tone, write_wav

pytestmark = pytest.mark.peer
SETTINGS = SipSettings(local_host=LOOPBACK, user="1001")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Phone]:
    voice = write_wav(tmp_path / "other.wav", tone(PEER_HZ, 70))
    with softphone(tmp_path / "other", "--auto-answer", "--play", str(voice)) as phone:
        yield phone


def wait_for(phone: Softphone, kind: type[events.PhoneEvent]) -> events.PhoneEvent:
    while event := phone.next_event(15.0):
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind.__name__}")


def talk(phone: Softphone, target: Phone) -> str:
    call_id = phone.dial(f"sip:x@{LOOPBACK}:{target.port()}")
    while True:
        event = wait_for(phone, events.StateChanged)
        assert isinstance(event, events.StateChanged)
        if event.state.phase is Phase.TALKING:
            return call_id


def test_a_direct_call_with_listeners_and_a_hang_up_when_all_is_said(tmp_path: Path, other: Phone) -> None:
    ticks: list[tuple[bytes, bytes]] = []
    with Softphone(
        SETTINGS,
        recordings=tmp_path / "calls",
        audio=lambda _id, _rate: PlaybackPort(tone(OUR_HZ, 1.0).tobytes(), hang_up_when_done=True),
        listeners=lambda _id: (lambda agent, customer: ticks.append((agent, customer)),),
    ) as phone:
        call_id = talk(phone, other)
        ended = wait_for(phone, events.CallEnded)
        assert isinstance(ended, events.CallEnded)
        assert ended.ended_by == "agent"
        finished = wait_for(phone, events.RecordingFinished)
        assert isinstance(finished, events.RecordingFinished)
        assert finished.call_id == call_id
        assert finished.path
    samples, _ = read_wav(finished.path)
    assert seconds_of_tone(samples[:, 0], OUR_HZ) == pytest.approx(1.0, abs=0.11)
    assert seconds_of_tone(samples[:, 1], PEER_HZ) > 0.5
    heard = np.frombuffer(b"".join(agent or bytes(320) for agent, _ in ticks), np.int16)
    assert (heard[: len(samples)] == samples[:, 0]).all(), "listeners hear exactly what is recorded"


def test_a_broken_microphone_is_told_and_the_call_goes_on(tmp_path: Path, other: Phone) -> None:
    class Broken(SilentPort):
        def read(self, samples: int) -> bytes:
            del samples
            raise OSError("unplugged")

    with Softphone(SETTINGS, recordings=tmp_path / "calls", audio=lambda _id, _rate: Broken()) as phone:
        talk(phone, other)
        fault = wait_for(phone, events.AudioFault)
        assert isinstance(fault, events.AudioFault)
        assert fault.error == "OSError: unplugged"
        wait_until(lambda: other.recorded_s() > 1.0, "the call to go on")
        phone.hang_up()
        finished = wait_for(phone, events.RecordingFinished)
    assert isinstance(finished, events.RecordingFinished)
    assert finished.path
    samples, _ = read_wav(finished.path)
    assert not samples[:, 0].any()
    assert seconds_of_tone(samples[:, 1], PEER_HZ) > 0.5


def test_a_phone_can_be_started_again_in_the_same_process_and_stopped_twice(tmp_path: Path) -> None:
    for _ in range(2):
        phone = Softphone(SETTINGS, recordings=tmp_path / "calls")
        phone.close()
        phone.close()
        kinds = [type(event) for event in phone.events()]
        assert kinds == [events.PhoneReady, events.PhoneStopped]
        with pytest.raises(SipError, match="stopped"):
            phone.dial("sip:1@127.0.0.1")
        answer = carry_out(phone, Ask(1, "dial", {"target": "sip:1@127.0.0.1"}))
        assert answer.error_zh == "软电话已停止。请重新启动。"
        assert carry_out(phone, Ask(2, "dance")).error_zh.startswith("话机不认识命令")


def test_a_port_that_is_taken_is_said_to_be_so(tmp_path: Path, other: Phone) -> None:
    taken = SETTINGS.model_copy(update={"local_port": other.port()})
    with pytest.raises(SipError, match=r"opening udp 127\.0\.0\.1:\d+ for SIP: .*in use"):
        Softphone(taken, recordings=None)


def test_unknown_codecs_are_refused_with_the_known_ones() -> None:
    with pytest.raises(SipError, match=r"sip\.codecs names .*OPUS.*PCMA/8000/1"):
        Softphone(SETTINGS.model_copy(update={"codecs": ("OPUS",)}), recordings=None)


@pytest.mark.slow
def test_a_minute_of_a_real_call_does_not_drift(tmp_path: Path, other: Phone) -> None:
    """Agent and customer speak a click a second; their distance at the end is that at the start, to 20 ms."""
    clicks = np.zeros(8000 * 70, np.int16)
    clicks[4000::8000] = clicks[4001::8000] = 20000
    voice = write_wav(tmp_path / "clicks.wav", clicks)
    with (
        softphone(tmp_path / "clicking", "--auto-answer", "--play", str(voice)) as customer,
        Softphone(
            SETTINGS,
            recordings=tmp_path / "calls",
            audio=lambda _id, _rate: PlaybackPort(clicks.tobytes()),
        ) as phone,
    ):
        talk(phone, customer)
        wait_until(lambda: customer.recorded_s() > 62, "a minute of talk", 80)
        phone.hang_up()
        finished = wait_for(phone, events.RecordingFinished)
    assert isinstance(finished, events.RecordingFinished)
    assert finished.path
    samples, _ = read_wav(finished.path)
    agent, other_side = (np.flatnonzero((side[1:] > 9000) & (side[:-1] <= 9000)) for side in samples.T)
    assert len(agent) >= 61
    assert (np.diff(agent) == 8000).all(), "the agent's clicks come as they were spoken"
    distances_s = [float(np.min(np.abs(other_side - click))) / 8000 for click in agent[1:61]]
    # Single clicks move with the jitter buffer, which adapts to the load of the machine; a clock that
    # drifts would move them all, more and more. The buffer settling on one packet more or less is no drift;
    # that the recorder itself is exact to the sample is shown in tests/recording.
    one_packet_s = 0.020
    moved_s = abs(np.median(distances_s[-20:]) - np.median(distances_s[:20]))
    assert moved_s < 0.020 + one_packet_s, distances_s
