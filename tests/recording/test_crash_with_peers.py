"""A real `callcoach phone` is killed with SIGKILL in the middle of a real call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.peers.baresip import Baresip
from tests.peers.fixtures import Phones
from tests.peers.phone import Phone, softphone
from tests.peers.process import wait_until
from tests.peers.sound import seconds_of_tone, share_of_tone, sides_of, step_hz, steps, write_wav

pytestmark = pytest.mark.peer
MAX_LOST_S = 1.0


@pytest.fixture
def counting_voice(tmp_path: Path) -> Path:
    """A voice that tells each second by its frequency."""
    return write_wav(tmp_path / "counting.wav", steps(20))


def restarted(phones: Phones, dead: Phone):
    return softphone(dead.data_dir, settings={"user": "1001"})


@pytest.mark.parametrize("after_s", [0.3, 1.7, 3.4])
def test_killed_while_talking(phones: Phones, customer: Baresip, counting_voice: Path, after_s: float) -> None:
    phone = phones.registered("1001", "--play", str(counting_voice))
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    wait_until(lambda: phone.recorded_s() >= after_s, f"{after_s} s of recording", 20)
    written_s = phone.recorded_s()
    phone.kill()
    with restarted(phones, phone) as again:
        event = again.wait("RecordingRecovered")
        assert event["call_id"] == call_id
        assert event["duration_s"] >= written_s - 0.001
        agent, other = sides_of(event)
    record = phone.record(call_id)
    assert record["recovered"]
    assert [kind for kind, _ in phone.call_events(call_id)] == ["ring", "answer", "recovered", "end"]
    for second in range(int(len(agent) / 8000)):
        spoken = agent[second * 8000 + 800 : second * 8000 + 7200]
        assert share_of_tone(spoken, step_hz(second)) > 0.9, f"second {second} is not where it was spoken"
    assert len(agent) == len(other)


def test_what_a_kill_loses_is_below_a_second(phones: Phones, customer: Baresip, counting_voice: Path) -> None:
    """The customer's own dump says how much was spoken before the kill."""
    phone = phones.registered("1001", "--play", str(counting_voice))
    phone.say("dial 8001")
    phone.wait_phase("talking")
    wait_until(lambda: phone.recorded_s() >= 2.5, "some recording", 20)
    phone.kill()
    customer.command("hangup")
    customer.wait_event("CALL_CLOSED")
    heard_s = voice_s(customer.heard())
    with restarted(phones, phone) as again:
        agent, _ = sides_of(again.wait("RecordingRecovered"))
    assert heard_s - voice_s(agent) < MAX_LOST_S


def voice_s(samples: np.ndarray) -> float:
    """For how long any of the counting voice's notes is heard."""
    return sum(seconds_of_tone(samples, step_hz(second)) for second in range(20))


def test_killed_while_ringing(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001")
    phones.call_from_sipp("calls_and_waits.xml", "1001", customer_voice)
    call_id = phone.wait("IncomingCall")["call_id"]
    wait_until(lambda: len((phone.calls_dir / call_id / "journal.jsonl").read_text().splitlines()) >= 2, "a note")
    phone.kill()
    with restarted(phones, phone) as again:
        assert again.wait("RecordingRecovered")["path"] is None
    assert phone.record(call_id)["recording"] is None
    assert phone.call_events(call_id)[0] == ("ring", "customer")


def test_killed_on_hold(phones: Phones, customer: Baresip, counting_voice: Path) -> None:
    phone = phones.registered("1001", "--play", str(counting_voice))
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    wait_until(lambda: phone.recorded_s() > 1.0, "talk")
    phone.say("hold")
    phone.wait("StateChanged", hold="local")
    held_from = phone.recorded_s()
    wait_until(lambda: phone.recorded_s() > held_from + 1.0, "a second of hold")
    phone.kill()
    with restarted(phones, phone) as again:
        agent, other = sides_of(again.wait("RecordingRecovered"))
    assert not agent[-4000:].any()
    assert not other[-4000:].any()
    assert ("hold", "agent") in phone.call_events(call_id)


def test_killed_while_the_recording_is_paused(phones: Phones, customer: Baresip, counting_voice: Path) -> None:
    phone = phones.registered("1001", "--play", str(counting_voice))
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    wait_until(lambda: phone.recorded_s() > 1.0, "a second of sound")
    phone.say("pause")
    phone.wait("RecordingChanged", recording="paused")
    wait_until(lambda: phone.recorded_s() > 2.5, "silence on disk")
    phone.kill()
    again = phones.start("1001", data_dir=phone.data_dir)
    recovered = again.wait("RecordingRecovered", call_id=call_id)
    agent, other = sides_of(recovered)
    (paused_s,) = [e["at_s"] for e in again.record(call_id)["call"]["events"] if e["kind"] == "recording_paused"]
    paused = slice(int(8000 * paused_s) + 320, None)
    assert len(agent[paused]) > 8000
    assert not agent[paused].any()
    assert not other[paused].any()
    assert agent[: paused.start].any()
    assert b"recording paused" in Path(recovered["path"]).read_bytes()[-200:]


def test_a_full_disk_leaves_the_call_up(phones: Phones, customer: Baresip, our_voice: Path) -> None:
    """A disk with less free space than the settings ask for: no recording, but a call."""
    phone = phones.registered("1001", "--play", str(our_voice), RECORDING__MIN_FREE_MB=10**9)
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    assert "min_free_mb" in phone.wait("RecordingFailed")["reason"]
    customer.wait_event("CALL_ESTABLISHED")
    phone.say("dtmf 7")
    assert customer.wait_event("CALL_DTMF_START")["param"] == "7", "the call is up"
    phone.say("hangup")
    phone.wait("RecordingFinished", path=None)
    assert ("recording_failed", "unknown") in phone.call_events(call_id)


def test_sigterm_finishes_the_recording(phones: Phones, customer: Baresip, our_voice: Path) -> None:
    phone = phones.registered("1001", "--play", str(our_voice))
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    wait_until(lambda: phone.recorded_s() > 1.0, "some recording")
    assert phone.stop() == 0
    assert phone.had("RecordingFinished")[0]["duration_s"] >= 1.0
    assert not phone.record(call_id)["recovered"]
    assert phone.call_events(call_id)[-1] == ("end", "agent")
