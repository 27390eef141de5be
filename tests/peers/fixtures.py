"""What the tests of the softphone and of the recording may ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import pytest

from tests.peers import sipp
from tests.peers.baresip import Baresip, baresip
from tests.peers.certificates import Authority, make_authority, make_server_certificate
from tests.peers.kamailio import USERS, Pbx, kamailio, plan_pbx
from tests.peers.phone import Phone, softphone
from tests.peers.process import LOOPBACK
from tests.peers.sound import raw_a_law_square, tone, write_wav

PEER_HZ = 700.0
"""What peers speak; our own phones speak other tones."""
OUR_HZ = 440.0


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory, need_program: Callable[..., str]) -> Authority:
    need_program("openssl")
    return make_authority(tmp_path_factory.mktemp("authority"), "CallCoach test authority")


@pytest.fixture(scope="session")
def server_files(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, need_program: Callable[..., str]
) -> tuple[Path, Path]:
    """Certificate and key of the PBX."""
    return make_server_certificate(tmp_path_factory.mktemp("server"), authority, LOOPBACK)


@pytest.fixture(scope="session")
def pbx(
    tmp_path_factory: pytest.TempPathFactory, server_files: tuple[Path, Path], need_program: Callable[..., str]
) -> Iterator[Pbx]:
    need_program("kamailio", "kamailio kamailio-tls-modules")
    folder = tmp_path_factory.mktemp("kamailio")
    with kamailio(folder, plan_pbx(folder), *server_files) as running_pbx:
        yield running_pbx


@pytest.fixture(scope="session")
def prompt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of the peers' tone: baresip hangs up when its prompt ends."""
    return write_wav(tmp_path_factory.mktemp("prompt") / "prompt.wav", tone(PEER_HZ, 60))


@pytest.fixture(scope="session")
def our_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of our tone, spoken with `--play`."""
    return write_wav(tmp_path_factory.mktemp("voice") / "voice.wav", tone(OUR_HZ, 60))


@pytest.fixture(scope="session")
def customer_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw A-law for sipp: a second of a square wave whose ground note is `PEER_HZ`."""
    path = tmp_path_factory.mktemp("customer") / "voice.al"
    path.write_bytes(raw_a_law_square(PEER_HZ, 1.0))
    return path


@pytest.fixture
def customer(tmp_path: Path, pbx: Pbx, prompt: Path, need_program: Callable[..., str]) -> Iterator[Baresip]:
    """A baresip that answers every call to 8xxx at once."""
    need_program("baresip")
    account = f"<sip:8001@{LOOPBACK};transport=udp>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1"
    with baresip(tmp_path / "baresip", prompt, account, pbx.baresip_port) as phone:
        yield phone


@dataclass
class Phones:
    """Starts softphones that are stopped at the end of the test."""

    folder: Path
    pbx: Pbx
    authority: Authority
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start(self, user: str, *options: str, data_dir: Path | None = None, **settings: str | int) -> Phone:
        """Start a phone that is not waited for."""
        account = {"registrar": self.pbx.address, "user": user, "password": USERS.get(user, "wrong"), **settings}
        if account.get("transport") == "tls":
            account = {"tls_ca_file": str(self.authority.certificate), **account, "registrar": self.pbx.tls_address}
        manager = softphone(data_dir or self.folder / user, *options, settings=account)
        return self.stack.enter_context(manager)

    def call_from_sipp(self, scenario: str, user: str, voice: Path | None = None, **values: str) -> Popen[bytes]:
        """Have sipp call a user through the PBX; `voice` is raw A-law."""
        filled = {"NAME": "王女士", "NUMBER": "+8613800138000", "CRM_ID": "crm-77", **values}
        if voice:
            filled["TONE"] = str(voice)
        manager = sipp.calling(scenario, self.folder, self.pbx.address, user, port=self.pbx.sipp_port, **filled)
        return self.stack.enter_context(manager)

    def registered(self, user: str, *options: str, **settings: str | int) -> Phone:
        """Start a phone and wait until it is registered."""
        phone = self.start(user, *options, **settings)
        phone.wait("RegistrationChanged", registered=True)
        return phone


@pytest.fixture
def phones(tmp_path: Path, pbx: Pbx, authority: Authority) -> Iterator[Phones]:
    found = Phones(tmp_path, pbx, authority)
    with found.stack:
        yield found
