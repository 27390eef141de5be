"""Hold, mute, call waiting and transfers, between real peers through Kamailio."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.baresip import Baresip
from tests.peers.fixtures import OUR_HZ, PEER_HZ, Phones
from tests.peers.phone import Phone
from tests.peers.process import free_port, wait_until
from tests.peers.rtp import LossySender
from tests.peers.sound import peak, seconds_of_tone, sides_of, tone, write_wav

pytestmark = pytest.mark.peer


def talk_until(phone: Phone, seconds: float) -> None:
    wait_until(lambda: phone.recorded_s() > seconds, f"{seconds} s of recorded talk")


def event_time(phone: Phone, call_id: str, kind: str) -> float:
    return next(e["at_s"] for e in phone.record(call_id)["call"]["events"] if e["kind"] == kind)


def test_we_hold_and_resume(phones: Phones, customer: Baresip, our_voice: Path) -> None:
    phone = phones.registered("1001", "--play", str(our_voice))
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    talk_until(phone, 1.0)
    phone.say("hold")
    phone.wait("StateChanged", hold="local", by="agent")
    talk_until(phone, 2.5)
    phone.say("resume")
    phone.wait("StateChanged", hold="none", by="agent")
    talk_until(phone, 3.5)
    phone.say("hangup")
    ended = phone.wait("CallEnded")
    agent, other = sides_of(phone.wait("RecordingFinished"))
    kinds = [kind for kind, _ in phone.call_events(call_id)]
    assert kinds == ["ring", "answer", "hold", "resume", "end"]
    held = slice(
        int(8000 * (event_time(phone, call_id, "hold") + 0.2)), int(8000 * event_time(phone, call_id, "resume"))
    )
    assert held.stop - held.start > 4000
    assert peak(agent[held]) == peak(other[held]) == 0
    assert seconds_of_tone(agent[held.stop :], OUR_HZ) > 0.5
    assert seconds_of_tone(other[held.stop :], PEER_HZ) > 0.4
    assert ended["quality"]["packets_received"] > 60, "the streams before and after the hold count together"


def test_the_customer_holds_and_resumes(phones: Phones, customer_voice: Path, our_voice: Path) -> None:
    phone = phones.registered("1001", "--auto-answer", "--play", str(our_voice))
    caller = phones.call_from_sipp("calls_holds_resumes.xml", "1001", customer_voice)
    phone.wait("StateChanged", hold="remote", by="customer")
    phone.wait("StateChanged", hold="none", by="customer")
    ended = phone.wait("CallEnded")
    assert caller.wait(20) == 0
    agent, _other = sides_of(phone.wait("RecordingFinished"))
    record = [kind for kind in phone.call_events(ended["call_id"]) if kind[0] in {"hold", "resume"}]
    assert record == [("hold", "customer"), ("resume", "customer")]
    start, end = (int(8000 * event_time(phone, ended["call_id"], kind)) for kind in ("hold", "resume"))
    assert seconds_of_tone(agent[:start], OUR_HZ) > 0.5
    assert seconds_of_tone(agent[end:], OUR_HZ) > 0.5


def test_hold_from_both_sides_at_once_ends_in_one_state(phones: Phones) -> None:
    """Two re-INVITEs may cross (491): both sides get what they asked for in the end."""
    one, two = phones.registered("1001"), phones.registered("1002", "--auto-answer")
    one.say("dial 1002")
    one.wait_phase("talking")
    two.wait_phase("talking")
    one.say("hold")
    two.say("hold")
    one.wait("StateChanged", hold="both", timeout_s=20)
    two.wait("StateChanged", hold="both", timeout_s=20)
    one.say("resume")
    one.wait("StateChanged", hold="remote", by="agent")
    two.say("resume")
    one.wait("StateChanged", hold="none", by="customer")
    two.wait("StateChanged", hold="none", timeout_s=20)


def test_muted_speech_reaches_neither_customer_nor_recording(
    phones: Phones, customer: Baresip, our_voice: Path
) -> None:
    phone = phones.registered("1001", "--play", str(our_voice))
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    talk_until(phone, 1.0)
    phone.say("mute")
    phone.wait("MuteChanged", muted=True)
    talk_until(phone, 2.5)
    phone.say("unmute")
    phone.wait("MuteChanged", muted=False)
    talk_until(phone, 3.5)
    phone.say("hangup")
    agent, other = sides_of(phone.wait("RecordingFinished"))
    muted = slice(
        *(int(8000 * event_time(phone, call_id, kind)) + shift for kind, shift in (("mute", 400), ("unmute", -400)))
    )
    assert peak(agent[muted]) == 0
    assert seconds_of_tone(other[muted], PEER_HZ) > 1.0, "the customer is still recorded"
    assert seconds_of_tone(agent[muted.stop :], OUR_HZ) > 0.5
    customer.wait_event("CALL_CLOSED")
    heard = customer.heard()
    silent = [peak(heard[at : at + 800]) < 100 for at in range(0, len(heard) - 800, 800)]
    assert sum(silent) >= 12, "the customer heard silence for as long"


def test_a_second_call_waits_and_the_first_is_held(phones: Phones, customer: Baresip) -> None:
    phone = phones.registered("1001", "--auto-answer")
    phone.say("dial 8001")
    first = phone.wait_phase("talking")["call_id"]
    caller = phones.registered("1002")
    caller.say("dial 1001")
    second = phone.wait("IncomingCall", waiting=True)["call_id"]
    phone.say("answer")
    phone.wait("StateChanged", call_id=first, hold="local")
    talk_until(phone, 3.0)
    phone.say(f"resume {first}")
    wait_until(
        lambda: _holds(phone, second) == "local" and _holds(phone, first) == "none", "the calls to change places"
    )
    phone.say(f"hangup {second}")
    phone.wait("CallEnded", call_id=second)
    assert caller.wait("CallEnded")["ended_by"] == "customer"
    phone.say("hangup")
    phone.wait("CallEnded", call_id=first)


def _holds(phone: Phone, call_id: str) -> str:
    return [event["state"]["hold"] for event in phone.had("StateChanged") if event["call_id"] == call_id][-1]


def test_blind_transfer(phones: Phones, tmp_path: Path, our_voice: Path) -> None:
    """The customer (1003) is handed by the agent (1001) to a colleague (1002) and talks to them."""
    colleague_voice = write_wav(tmp_path / "colleague.wav", tone(PEER_HZ, 30))
    agent = phones.registered("1001", "--auto-answer")
    colleague = phones.registered("1002", "--auto-answer", "--play", str(colleague_voice))
    customer = phones.registered("1003", "--play", str(our_voice))
    customer.say("dial 1001")
    call_id = agent.wait_phase("talking")["call_id"]
    agent.say("transfer 1002")
    result = agent.wait("TransferResult")
    assert (result["succeeded"], result["target"]) == (True, "1002")
    assert agent.wait("CallEnded")["ended_by"] == "agent"
    followed = customer.wait("OutgoingCall", target="sip:1002@127.0.0.1")
    assert followed["because_of"]
    customer.wait_phase("talking", call_id=followed["call_id"])
    talk_until(colleague, 1.5)
    customer.say(f"hangup {followed['call_id']}")
    finished = customer.wait("RecordingFinished", call_id=followed["call_id"])
    own, heard = sides_of(finished)
    assert seconds_of_tone(own, OUR_HZ) > 1
    assert seconds_of_tone(heard, PEER_HZ) > 0.8
    agent.wait("RecordingFinished")
    assert ("transfer", "agent") in agent.call_events(call_id)


def test_a_failed_transfer_leaves_the_call_up(phones: Phones, our_voice: Path) -> None:
    agent = phones.registered("1001", "--auto-answer", "--play", str(our_voice))
    customer = phones.registered("1003")
    customer.say("dial 1001")
    call_id = agent.wait_phase("talking")["call_id"]
    agent.say("transfer 1999")
    result = agent.wait("TransferResult")
    assert (result["succeeded"], result["code"]) == (False, 404)
    talk_until(agent, agent.recorded_s() + 0.8)
    assert not agent.had("CallEnded")
    agent.say("hangup")
    agent.wait("RecordingFinished")
    assert [kind for kind, _ in agent.call_events(call_id)] == ["ring", "answer", "transfer", "transfer_failed", "end"]


def test_attended_transfer(phones: Phones, tmp_path: Path, our_voice: Path) -> None:
    """The agent asks the colleague first, then connects the two."""
    colleague_voice = write_wav(tmp_path / "colleague.wav", tone(PEER_HZ, 30))
    agent = phones.registered("1001", "--auto-answer")
    colleague = phones.registered("1002", "--auto-answer", "--play", str(colleague_voice))
    customer = phones.registered("1003", "--play", str(our_voice))
    customer.say("dial 1001")
    first = agent.wait_phase("talking")["call_id"]
    agent.say("dial 1002")
    agent.wait("StateChanged", call_id=first, hold="local")
    second = agent.had("OutgoingCall")[-1]["call_id"]
    wait_until(lambda: colleague.recorded_s() > 0.5, "the colleague to answer")
    agent.say(f"attended {first} {second}")
    assert agent.wait("TransferResult")["succeeded"]
    wait_until(lambda: len(agent.had("CallEnded")) == 2, "both of the agent's calls to end")
    replaced = colleague.wait("IncomingCall", number="1003")
    colleague.wait_phase("talking", call_id=replaced["call_id"])
    talk_until(colleague, colleague.recorded_s() + 1.2)
    colleague.say(f"hangup {replaced['call_id']}")
    own, heard = sides_of(colleague.wait("RecordingFinished", call_id=replaced["call_id"]))
    assert seconds_of_tone(own, PEER_HZ) > 0.8
    assert seconds_of_tone(heard, OUR_HZ) > 0.8


def test_transfers_are_followed_only_if_the_settings_say_so(phones: Phones) -> None:
    agent = phones.registered("1001", "--auto-answer")
    phones.registered("1002", "--auto-answer")
    customer = phones.registered("1003", follow_transfers="false")
    customer.say("dial 1001")
    agent.wait_phase("talking")
    agent.say("transfer 1002")
    result = agent.wait("TransferResult")
    assert (result["succeeded"], result["code"]) == (False, 603)
    assert not customer.had("CallEnded")


def test_lost_packets_are_counted_and_lower_the_mos(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001", "--auto-answer")
    port = free_port()
    sender = LossySender(port, customer_voice.read_bytes(), leave_out_every=10)
    try:
        phones.call_from_sipp("calls_with_foreign_rtp.xml", "1001", TALK_MS="4000", RTP_PORT=str(port))
        ended = phone.wait("CallEnded", timeout_s=20)
    finally:
        sender.close()
    quality = ended["quality"]
    assert quality["packets_received"] > 100
    assert quality["packets_lost"] / (quality["packets_received"] + quality["packets_lost"]) == pytest.approx(
        0.1, abs=0.02
    )
    assert 2.0 < ended["mos"] < 3.5
    phone.wait("RecordingFinished")
    assert phone.record(ended["call_id"])["call"]["quality"] == quality
