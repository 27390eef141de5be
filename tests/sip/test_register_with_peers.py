"""Registration at a real Kamailio."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.peers.certificates import make_authority
from tests.peers.fixtures import Phones
from tests.peers.kamailio import Pbx, kamailio, plan_pbx
from tests.peers.phone import softphone

pytestmark = pytest.mark.peer


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_registers_with_digest_over(phones: Phones, transport: str) -> None:
    phone = phones.start("1001", transport=transport)
    event = phone.wait("RegistrationChanged")
    assert event["registered"]
    assert event["words_zh"] == "已注册"


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_wrong_password_is_said_in_words_and_not_tried_again(phones: Phones, transport: str) -> None:
    phone = phones.start("1001", transport=transport, password="guess")
    event = phone.wait("RegistrationChanged")
    assert not event["registered"]
    assert event["problem"] == "wrong_password"
    assert "密码错误" in event["words_zh"]
    assert "wrong user name or password" in event["words_en"]
    assert event["retry_s"] == 0


def test_the_password_is_in_no_output_or_log(phones: Phones, tmp_path: Path) -> None:
    phone = phones.registered("1001", "--sip-log", str(tmp_path / "sip.log"))
    phone.stop()
    texts = [str(phone.events), (tmp_path / "sip.log").read_text(), (phone.data_dir / "phone.log").read_text()]
    assert "REGISTER" in texts[1]
    assert not any("secret-1001" in text for text in texts)


def test_a_certificate_of_a_strange_authority_is_refused(phones: Phones, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path / "stranger", "Some other authority")
    phone = phones.start("1001", transport="tls", tls_ca_file=str(stranger.certificate))
    event = phone.wait("RegistrationChanged")
    assert not event["registered"]
    assert event["problem"] == "tls_certificate"
    assert "证书" in event["words_zh"]


def test_an_unchecked_certificate_is_taken_when_the_settings_say_so(phones: Phones, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path / "stranger", "Some other authority")
    phone = phones.start("1001", transport="tls", tls_ca_file=str(stranger.certificate), tls_verify="false")
    assert phone.wait("RegistrationChanged")["registered"]


def test_registers_by_itself_when_the_registrar_comes_back(tmp_path: Path, server_files: tuple[Path, Path]) -> None:
    away: Pbx = plan_pbx(tmp_path)
    settings = {"registrar": away.address, "user": "1001", "password": "secret-1001", "transport": "tcp"}
    with softphone(tmp_path / "phone", settings=settings) as phone:
        event = phone.wait("RegistrationChanged")
        assert event["problem"] == "unreachable"
        assert "连不上服务器" in event["words_zh"]
        assert event["retry_s"] == 1
        with kamailio(tmp_path, away, *server_files):
            assert phone.wait("RegistrationChanged", registered=True)
        lost = phone.wait("RegistrationChanged")
        assert lost["problem"] == "unreachable"
        with kamailio(tmp_path, away, *server_files):
            assert phone.wait("RegistrationChanged", registered=True)


@pytest.mark.slow
def test_registers_over_udp_when_the_registrar_comes_back(tmp_path: Path, server_files: tuple[Path, Path]) -> None:
    """Nothing refuses a datagram: only timer F of RFC 3261 (32 s) says that nobody is there."""
    away: Pbx = plan_pbx(tmp_path)
    settings = {"registrar": away.address, "user": "1001", "password": "secret-1001", "transport": "udp"}
    with softphone(tmp_path / "phone", settings=settings) as phone:
        event = phone.wait("RegistrationChanged", timeout_s=45)
        assert event["problem"] == "unreachable"
        assert "连不上服务器" in event["words_zh"]
        assert event["retry_s"] == 1
        with kamailio(tmp_path, away, *server_files):
            assert phone.wait("RegistrationChanged", timeout_s=45, registered=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_unregisters_and_stops_cleanly(phones: Phones, number: signal.Signals) -> None:
    phone = phones.registered("1001")
    phone.process.send_signal(number)
    assert phone.wait("RegistrationChanged", registered=False)["words_en"] == "unregistered"
    assert phone.wait("PhoneStopped")["error"] == ""
    assert phone.process.wait(10) == 0
