"""Do-not-disturb and auto-answer, switched while the phone runs, with calls from sipp through Kamailio."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.fixtures import Phones

pytestmark = pytest.mark.peer


def test_do_not_disturb_answers_busy_and_tells_who_called(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001")
    phone.say("dnd on")
    phone.wait("SwitchesChanged", do_not_disturb=True, auto_answer=False)
    refused = phones.call_from_sipp("calls_and_is_refused.xml", "1001", CODE="486")
    turned_away = phone.wait("CallTurnedAway")
    assert (turned_away["number"], turned_away["name"]) == ("+8613800138000", "王女士")
    assert dict(turned_away["headers"])["X-Call-ID"] == "crm-77"
    assert refused.wait(20) == 0
    assert not phone.had("IncomingCall")
    assert not [*phone.calls_dir.glob("*")], "a call that never rang leaves no record"
    phone.say("dnd off")
    phone.wait("SwitchesChanged", do_not_disturb=False)
    phones.call_from_sipp("calls_and_waits.xml", "1001", customer_voice)
    phone.wait("IncomingCall")


def test_auto_answer_is_switched_while_the_phone_runs(phones: Phones, customer_voice: Path) -> None:
    phone = phones.registered("1001")
    phone.say("auto on")
    phone.wait("SwitchesChanged", auto_answer=True)
    first = phones.call_from_sipp("calls_and_hangs_up.xml", "1001", customer_voice, TALK_MS="500")
    phone.wait_phase("talking")
    assert first.wait(20) == 0
    phone.say("auto off")
    phone.wait("SwitchesChanged", auto_answer=False)
    phones.call_from_sipp("calls_and_waits.xml", "1001", customer_voice)
    phone.wait_phase("ringing_in")
    phone.say("answer")
    phone.wait_phase("talking")
    assert len(phone.had("IncomingCall")) == 2


def test_the_option_is_told_at_the_start(phones: Phones) -> None:
    phone = phones.start("1001", "--auto-answer")
    phone.wait("SwitchesChanged", auto_answer=True, do_not_disturb=False)
