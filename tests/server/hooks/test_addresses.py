"""Which addresses are told: never this machine, its link or a cloud's secrets, whatever a name says next."""

from __future__ import annotations

import socket
import threading
import time
from ipaddress import ip_address

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from callcoach.errors import InputError
from callcoach.principal import Role
from callcoach.server.hooks import sending
from callcoach.server.hooks.addresses import AddressNotAllowedError, check_url, may_be_told
from callcoach.server.hooks.sending import post
from callcoach.server.services import Services
from callcoach.settings import HookSettings
from tests.peers.process import LOOPBACK
from tests.server.hooks.receiver import Receiver
from tests.server.visitors import add, enter, send

USUAL = HookSettings()
LOOPBACK_TOO = HookSettings(allow_networks=("127.0.0.0/8",))


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.9", "172.31.0.1", "fd12::1", "8.8.8.8", "2001:4860::8888"])
def test_the_sites_own_networks_and_the_world_are_told(address):
    assert may_be_told(ip_address(address), USUAL)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "100.100.100.200", "168.63.129.16", "224.0.0.1"),
        *("255.255.255.255", "::", "::1", "fe80::1", "ff02::1", "fd00:ec2::254"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_this_machine_its_link_and_metadata_are_not(address):
    assert not may_be_told(ip_address(address), USUAL)


def test_a_site_may_say_otherwise():
    assert not may_be_told(ip_address("10.1.2.3"), HookSettings(allow_private=False))
    assert not may_be_told(ip_address("::ffff:10.1.2.3"), HookSettings(allow_private=False))
    only = HookSettings(allow_private=False, allow_networks=("10.1.2.0/24",))
    assert may_be_told(ip_address("10.1.2.3"), only)
    assert may_be_told(ip_address("127.0.0.1"), LOOPBACK_TOO)
    with pytest.raises(ValidationError, match="no network 'localhost'"):
        HookSettings(allow_networks=("localhost",))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://localhost:8765/x", "http://[::1]/", "http://2130706433/"]
)
def test_an_address_that_may_not_be_told_is_refused_when_it_is_added(url):
    with pytest.raises(InputError, match=r"hooks\.allow_networks"):
        check_url(url, USUAL)


def test_a_name_nobody_knows_yet_is_not_refused():
    check_url("https://crm.invalid/hook", USUAL)


def test_the_page_says_why(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    form = {"url": "http://169.254.169.254/latest", "kinds": ["call.ended"], "least_severity": "notice"}
    answer = send(client, "/hooks", form, "/hooks")
    assert answer.status_code == 422
    assert "hooks.allow_networks" in answer.text


def test_a_name_that_means_another_address_the_next_time_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the name means an allowed address while it is looked at, and this machine from then on."""
    answers = iter(["192.0.2.1"])

    def look_up(host: str, port: int, *args: object, **more: object):
        address = next(answers, LOOPBACK) if host == "rebinding.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(sending, "TIMEOUT_S", 0.2)
    with Receiver() as receiver:
        port = int(receiver.url.rpartition(":")[2].partition("/")[0])
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        for _ in range(2):
            with pytest.raises(OSError, match=r"\w"):
                post(f"http://rebinding.example:{port}/", b"{}", {}, USUAL)
        assert receiver.messages == []
        with pytest.raises(AddressNotAllowedError):
            post(f"http://rebinding.example:{port}/", b"{}", {}, USUAL)
        assert post(f"http://rebinding.example:{port}/", b"{}", {}, LOOPBACK_TOO).status == 204


def test_an_answer_that_drips_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.5)
    with socket.create_server((LOOPBACK, 0)) as server:

        def drip() -> None:
            peer, _ = server.accept()
            with peer:
                peer.settimeout(1)
                try:
                    peer.sendall(b"HTTP/1.1 200 OK\r\n")
                    while True:
                        peer.sendall(b"X-A: b\r\n")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        begun = time.monotonic()
        with pytest.raises(TimeoutError, match="no whole answer"):
            post(f"http://{LOOPBACK}:{server.getsockname()[1]}/", b"{}", {}, LOOPBACK_TOO)
        assert time.monotonic() - begun < 20
        thread.join()


def test_of_a_long_answer_the_beginning_is_read() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:

        def flood() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                try:
                    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 50_000_000)
                except OSError:
                    return

        thread = threading.Thread(target=flood)
        thread.start()
        answer = post(f"http://{LOOPBACK}:{server.getsockname()[1]}/", b"{}", {}, LOOPBACK_TOO)
        thread.join()
    assert (answer.status, len(answer.text)) == (200, sending.READ_BYTES)


def test_a_name_and_password_of_the_address_are_sent() -> None:
    with Receiver() as receiver:
        url = receiver.url.replace("http://", "http://crm:p%40ss@") + "?site=1"
        assert post(url, b"{}", {}, LOOPBACK_TOO).status == 204
    (message,) = receiver.messages
    assert message.headers["authorization"] == "Basic Y3JtOnBAc3M="
    assert message.headers["host"].startswith(LOOPBACK)
