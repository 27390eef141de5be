"""Calls to and from baresip and sipp through Kamailio."""

from __future__ import annotations

from pathlib import Path
from subprocess import Popen

import pytest

from tests.peers import sipp
from tests.peers.baresip import Baresip
from tests.peers.fixtures import OUR_HZ, PEER_HZ, Phones
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import seconds_of_tone, sides_of

pytestmark = pytest.mark.peer


def test_inbound_call_reaches_the_event_with_number_name_and_headers(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001", "--auto-answer")
    caller = phones.call_from_sipp("calls_and_hangs_up.xml", "1001", customer_voice, TALK_MS="1500")
    event = phone.wait("IncomingCall")
    assert (event["number"], event["name"], event["waiting"]) == ("+8613800138000", "王女士", False)
    headers = dict(event["headers"])
    assert headers["X-Call-ID"] == "crm-77"
    assert headers["P-Asserted-Identity"] == f'"王女士" <sip:+8613800138000@{LOOPBACK}>'
    assert headers["Call-ID"]
    assert event["queue"] == "售后"
    assert event["source"] == phones.pbx.address
    assert caller.wait(20) == 0


def test_inbound_call_is_recorded_and_ended_by_the_customer(
    phones: Phones, customer_voice: Path, our_voice: Path
) -> None:
    phone = phones.registered("1001", "--auto-answer", "--play", str(our_voice))
    caller = phones.call_from_sipp("calls_and_hangs_up.xml", "1001", customer_voice, TALK_MS="2000")
    ended = phone.wait("CallEnded", timeout_s=20)
    assert ended["ended_by"] == "customer"
    assert ended["codec"] == "PCMA/8000"
    assert caller.wait(20) == 0
    agent, other = sides_of(phone.wait("RecordingFinished"))
    assert seconds_of_tone(agent, OUR_HZ) == pytest.approx(2.0, abs=0.4)
    assert seconds_of_tone(other, PEER_HZ) > 1.2
    assert seconds_of_tone(agent, PEER_HZ) == seconds_of_tone(other, OUR_HZ) == 0
    assert phone.call_events(ended["call_id"]) == [("ring", "customer"), ("answer", "agent"), ("end", "customer")]


def test_we_hang_up(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001")
    caller = phones.call_from_sipp("calls_and_waits.xml", "1001", customer_voice)
    call_id = phone.wait("IncomingCall")["call_id"]
    phone.say("answer")
    phone.wait_phase("talking")
    phone.say("hangup")
    assert phone.wait("CallEnded")["ended_by"] == "agent"
    assert caller.wait(20) == 0
    phone.wait("RecordingFinished")
    assert phone.call_events(call_id)[-1] == ("end", "agent")


@pytest.mark.parametrize(("how", "code"), [("busy", "486"), ("decline", "603")])
def test_we_refuse(phones: Phones, customer_voice: Path, how: str, code: str) -> None:
    phone = phones.registered("1001")
    caller = phones.call_from_sipp("calls_and_is_refused.xml", "1001", CODE=code)
    call_id = phone.wait("IncomingCall")["call_id"]
    phone.say(f"reject {how}")
    assert phone.wait("CallEnded")["ended_by"] == "agent"
    assert caller.wait(20) == 0
    phone.wait("RecordingFinished", path=None)
    assert phone.record(call_id)["recording"] is None
    assert phone.call_events(call_id) == [("ring", "customer"), ("end", "agent")]


def test_the_caller_gives_up(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001")
    caller = phones.call_from_sipp("calls_and_gives_up.xml", "1001")
    phone.wait("IncomingCall")
    ended = phone.wait("CallEnded")
    assert (ended["ended_by"], ended["code"]) == ("customer", 487)
    assert "取消" in ended["reason"]
    assert caller.wait(20) == 0


@pytest.mark.parametrize(
    ("status", "word"),
    [("486 Busy Here", "对方忙"), ("603 Decline", "拒接"), ("480 Unavailable", "暂时"), ("404 Not Found", "不存在")],
)
def test_the_called_party_refuses(phones: Phones, status: str, word: str) -> None:
    with sipp.answering("refuses.xml", phones.folder, phones.pbx.sipp_port, STATUS=status):
        phone = phones.registered("1001")
        phone.say("dial 7001")
        phone.wait_phase("ringing_out")
        ended = phone.wait("CallEnded")
        assert (ended["ended_by"], ended["code"]) == ("customer", int(status[:3]))
        assert word in ended["reason"]


def test_we_give_up_calling(phones: Phones) -> None:
    with sipp.answering("rings_until_cancelled.xml", phones.folder, phones.pbx.sipp_port):
        phone = phones.registered("1001")
        phone.say("dial 7001")
        phone.wait_phase("ringing_out")
        phone.say("hangup")
        ended = phone.wait("CallEnded")
        assert (ended["ended_by"], ended["code"]) == ("agent", 487)


def test_a_number_that_nobody_has(phones: Phones) -> None:
    phone = phones.registered("1001")
    phone.say("dial 1999")
    assert phone.wait("CallEnded")["code"] == 404


def test_outbound_call_to_baresip_carries_both_voices(phones: Phones, customer: Baresip, our_voice: Path) -> None:
    phone = phones.registered("1001", "--play", str(our_voice))
    phone.say("dial 8001")
    phone.wait_phase("talking")
    customer.wait_event("CALL_ESTABLISHED")
    wait_until(lambda: phone.recorded_s() > 2.5, "two seconds and a half of talk")
    phone.say("hangup")
    ended = phone.wait("CallEnded")
    assert ended["quality"]["packets_received"] > 80
    assert ended["mos"] > 4
    agent, other = sides_of(phone.wait("RecordingFinished"))
    assert seconds_of_tone(agent, OUR_HZ) > 2
    assert seconds_of_tone(other, PEER_HZ) > 1.8
    customer.wait_event("CALL_CLOSED")
    assert seconds_of_tone(customer.heard(), OUR_HZ) > 1.8


def test_baresip_hangs_up_on_us(phones: Phones, customer: Baresip) -> None:
    phone = phones.registered("1001")
    phone.say("dial 8001")
    phone.wait_phase("talking")
    customer.wait_event("CALL_ESTABLISHED")
    customer.command("hangup")
    assert phone.wait("CallEnded")["ended_by"] == "customer"


def test_digits_both_ways(phones: Phones, customer: Baresip) -> None:
    phone = phones.registered("1001")
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    customer.wait_event("CALL_ESTABLISHED")
    wait_until(lambda: phone.recorded_s() > 0.6, "media to flow")
    phone.say("dtmf 42#")
    for digit in "5*":
        customer.command("sndcode", digit)
    assert [phone.wait("DtmfReceived")["digit"] for _ in range(2)] == ["5", "*"]
    heard = [customer.wait_event("CALL_DTMF_START", count)["param"] for count in (1, 2, 3)]
    assert heard == ["4", "2", "#"]
    phone.say("hangup")
    phone.wait("RecordingFinished")
    digits = [(e["detail"], e["by"]) for e in phone.record(call_id)["call"]["events"] if e["kind"] == "dtmf"]
    assert sorted(digits) == sorted(
        [("4", "agent"), ("2", "agent"), ("#", "agent"), ("5", "customer"), ("*", "customer")]
    )


def test_srtp_is_required_and_spoken(phones: Phones, pbx, prompt: Path, our_voice: Path, tmp_path: Path) -> None:
    from tests.peers.baresip import baresip

    account = f"<sip:8001@{LOOPBACK};transport=udp>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1;mediaenc=srtp"
    with baresip(tmp_path / "secure", prompt, account, pbx.baresip_port) as customer:
        phone = phones.registered("1001", "--play", str(our_voice), srtp="mandatory")
        phone.say("dial 8001")
        phone.wait_phase("talking")
        wait_until(lambda: phone.recorded_s() > 1.5, "some talk")
        phone.say("hangup")
        _agent, other = sides_of(phone.wait("RecordingFinished"))
        assert seconds_of_tone(other, PEER_HZ) > 0.8
        customer.wait_event("CALL_CLOSED")
        assert seconds_of_tone(customer.heard(), OUR_HZ) > 0.8


def test_mandatory_srtp_refuses_a_peer_without_it(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001", "--auto-answer", srtp="mandatory")
    caller = phones.call_from_sipp("calls_and_is_refused.xml", "1001", CODE="488")
    assert caller.wait(20) == 0
    assert not phone.had("StateChanged") or all(e["state"]["phase"] != "talking" for e in phone.had("StateChanged"))


def call_from_127_0_0_2(phones: Phones, port: int, code: str) -> Popen[bytes]:
    """Call a phone directly, past the PBX, and expect to be refused with `code`."""
    values = {"NAME": "x", "NUMBER": "1", "CRM_ID": "1", "CODE": code}
    target = f"{LOOPBACK}:{port}"
    manager = sipp.calling("calls_and_is_refused.xml", phones.folder, target, "1001", host="127.0.0.2", **values)
    return phones.stack.enter_context(manager)


def test_calls_from_elsewhere_are_turned_away(phones: Phones) -> None:
    """A phone on another address rings nobody, although it knows our port."""
    phone = phones.start("1001")
    port = phone.port()
    phone.wait("RegistrationChanged", registered=True)
    stranger = call_from_127_0_0_2(phones, port, "403")
    assert phone.wait("CallRefused")["source"].startswith("127.0.0.2:")
    assert stranger.wait(20) == 0
    assert not phone.had("IncomingCall")


def test_an_allowed_network_may_call(phones: Phones) -> None:
    phone = phones.start("1001", allow_from='["127.0.0.0/8"]')
    port = phone.port()
    phone.wait("RegistrationChanged", registered=True)
    gateway = call_from_127_0_0_2(phones, port, "486")
    assert phone.wait("IncomingCall")["source"].startswith("127.0.0.2:")
    phone.say("reject busy")
    assert gateway.wait(20) == 0


def test_a_command_that_does_not_fit_says_why(phones: Phones, customer: Baresip) -> None:
    phone = phones.registered("1001")
    phone.say("answer")
    assert "no call for which answer is possible" in phone.wait("CommandFailed")["error"]
    phone.say("dial 8001;evil")
    assert "Cannot dial" in phone.wait("CommandFailed")["error"]
    phone.say("dance")
    assert "not a command" in phone.wait("CommandFailed")["error"]
    phone.say("dial 8001")
    call_id = phone.wait_phase("talking")["call_id"]
    phone.say(f"resume {call_id}")
    assert "resumed does not fit" in phone.wait("CommandFailed")["error"]
    phone.say("dtmf 12x")
    assert "DTMF" in phone.wait("CommandFailed")["error"]
