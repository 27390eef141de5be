from __future__ import annotations

import pytest

from callcoach.errors import SipError
from callcoach.sip.addresses import CallGate, Party, dial_uri, header_values, may_follow, parse_party, quote_name

INVITE = (
    "INVITE sip:1001@127.0.0.1 SIP/2.0\r\n"
    "v: SIP/2.0/UDP 127.0.0.1\r\n"
    'f: "王女士" <sip:138@pbx>;tag=1\r\n'
    "X-Call-ID: crm\r\n -77\r\n"
    "P-Asserted-Identity: <sip:138@pbx>\r\n"
    "P-Asserted-Identity: <tel:+86138>\r\n"
    "\r\n"
    "X-Call-ID: in the body\r\n"
)


@pytest.mark.parametrize(
    ("target", "uri"),
    [
        ("8001", "sip:8001@pbx.test"),
        ("+86 138 0013-8000", "sip:+861380013-8000@pbx.test"),
        ("*97#", "sip:*97%23@pbx.test"),
        ("bob@other.test:5070", "sip:bob@other.test:5070"),
        ("sip:bob@other.test", "sip:bob@other.test"),
        ("SIPS:bob@other.test", "SIPS:bob@other.test"),
    ],
)
def test_dial_uri(target: str, uri: str) -> None:
    assert dial_uri(target, "pbx.test") == uri


def test_dial_uri_names_the_transport_without_a_pbx() -> None:
    assert dial_uri("bob@127.0.0.1:5070", "", "tls") == "sip:bob@127.0.0.1:5070;transport=tls"
    assert dial_uri("sip:bob@127.0.0.1;transport=udp", "", "tls") == "sip:bob@127.0.0.1;transport=udp"


@pytest.mark.parametrize("target", ["", "   ", "8001;x=1", "8001>", "a b<c", "bob@", "sip:", "拨打"])
def test_dial_uri_refuses(target: str) -> None:
    with pytest.raises(SipError, match="Cannot dial"):
        dial_uri(target, "pbx.test" if "@" not in target else "")


def test_dial_uri_needs_a_host() -> None:
    with pytest.raises(SipError, match=r"sip\.registrar"):
        dial_uri("8001", "")


@pytest.mark.parametrize(
    ("value", "party"),
    [
        ('"王女士" <sip:138@pbx>;tag=1', Party("138", "王女士", "sip:138@pbx")),
        ('"A \\"B\\" C" <sip:1@p>', Party("1", 'A "B" C', "sip:1@p")),
        ("Bob <sip:bob@p:5060;transport=tcp>", Party("bob", "Bob", "sip:bob@p:5060;transport=tcp")),
        ("sip:bob@p;tag=5", Party("bob", "", "sip:bob@p")),
        ("<tel:+86138;phone-context=x>", Party("+86138", "", "tel:+86138;phone-context=x")),
        ("<sip:%23%31@p>", Party("#1", "", "sip:%23%31@p")),
        ("<sip:pbx>", Party("pbx", "", "sip:pbx")),
        ("", Party("", "", "")),
        ("garbage <", Party("", "garbage", "garbage <")),
    ],
)
def test_parse_party(value: str, party: Party) -> None:
    assert parse_party(value) == party


def test_header_values_unfold_and_keep_order_and_stop_at_the_body() -> None:
    assert header_values(INVITE, "x-call-id") == ("crm -77",)
    assert header_values(INVITE, "P-Asserted-Identity") == ("<sip:138@pbx>", "<tel:+86138>")
    assert header_values(INVITE, "From") == ('"王女士" <sip:138@pbx>;tag=1',)
    assert header_values(INVITE, "Missing") == ()
    assert header_values("", "From") == ()


def test_a_display_name_cannot_break_out() -> None:
    assert quote_name('a" <sip:evil>\r\nX: y') == '"a\\" <sip:evil>  X: y"'
    assert quote_name("") == ""


def test_the_gate_hears_the_pbx_the_allowed_and_nobody_else() -> None:
    gate = CallGate("127.0.0.1:5060", ("10.1.0.0/16", "192.0.2.7"))
    assert gate.admits("127.0.0.1:40000")
    assert gate.admits("10.1.2.3:5060")
    assert gate.admits("192.0.2.7:5060")
    assert not gate.admits("10.2.0.1:5060")
    assert not gate.admits("127.0.0.2:5060")


def test_the_gate_knows_the_pbx_by_name() -> None:
    gate = CallGate("localhost", ())
    assert gate.admits("127.0.0.1:5060")
    assert not gate.admits("127.0.0.9:5060")


def test_the_gate_without_a_pbx_is_open() -> None:
    assert CallGate("", ()).admits("203.0.113.9:5060")


def test_a_name_that_cannot_be_resolved_closes_the_gate() -> None:
    assert not CallGate("pbx.invalid", ()).admits("127.0.0.1:5060")


@pytest.mark.parametrize(
    ("uri", "domain", "followed"),
    [
        ("<sip:1002@pbx.test?Replaces=x>", "pbx.test", True),
        ("sip:1002@PBX.TEST:5060;transport=tcp", "pbx.test", True),
        ("sip:pbx.test", "pbx.test", True),
        ("sip:1002@evil.test", "pbx.test", False),
        ("sip:pbx.test@evil.test", "pbx.test", False),
        ("sip:1@evil.test?X=@pbx.test", "pbx.test", False),
        ("tel:+1900", "pbx.test", False),
        ("sip:1@anywhere", "", True),
    ],
)
def test_transfers_stay_at_the_own_pbx(uri: str, domain: str, followed: bool) -> None:
    assert may_follow(uri, domain) is followed
