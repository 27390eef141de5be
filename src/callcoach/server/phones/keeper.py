"""All softphones that the server runs (`phones.start`): one process for each agent whose account says so."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from callcoach.errors import CallCoachError
from callcoach.principal import Scope
from callcoach.server.phones.kept import Keeping, KeptPhone, clean_environment
from callcoach.settings import Settings
from callcoach.store.engine import Database
from callcoach.store.sealing import Seal, server_seal
from callcoach.store.sip_accounts import SipAccount, accounts_to_start, password_of
from callcoach.store.tokens import renew_token

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
READ_EVERY_S = 10.0
"""How often the accounts are read again, besides at once when a page changed one."""
TOKEN_NAME = "软电话（服务器启动） softphone of the server"  # noqa: S105 - a name
FOLDER = "phones"


class PhoneKeeper:
    """Starts, watches and stops the softphones. Methods may be called from any thread.

    Args:
        settings: of the server; `phones.start` says whether any are run.
        database: where the accounts are.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._kept: dict[int, tuple[datetime, Keeping]] = {}
        self._lock = threading.Lock()
        self._poked = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._trouble: dict[int, str] = {}

    @property
    def is_on(self) -> bool:
        """Whether this server runs softphones."""
        return self._settings.phones.start

    def start(self) -> None:
        """Begin, if the settings say so."""
        if self.is_on:
            self._thread = threading.Thread(target=self._work, name="phones")
            self._thread.start()

    def stop(self) -> None:
        """Stop all softphones: they end their calls and finish their recordings."""
        self._stopping = True
        self._poked.set()
        if self._thread is not None:
            self._thread.join()
        self._stop_those(lambda _person_id: True)

    def look_again(self) -> None:
        """An account was changed: read them now."""
        self._poked.set()

    def restart(self, person_id: int) -> None:
        """Stop one softphone and start it anew."""
        self._stop_those(lambda one: one == person_id)
        self._poked.set()

    def told(self) -> dict[int, KeptPhone]:
        """Return how each softphone stands, by person."""
        with self._lock:
            return {person_id: keeping.told() for person_id, (_, keeping) in self._kept.items()}

    def trouble(self, person_id: int) -> str:
        """Return why a softphone is not even tried; empty: nothing is in its way."""
        return self._trouble.get(person_id, "")

    def _work(self) -> None:
        read_at = 0.0
        while not self._stopping:
            if self._poked.is_set() or time.monotonic() - read_at >= READ_EVERY_S:
                self._poked.clear()
                read_at = time.monotonic()
                try:
                    self._read_accounts()
                except Exception:
                    log.exception("the accounts of softphones could not be read; tried again")
            with self._lock:
                for _, keeping in self._kept.values():
                    keeping.look()
            self._poked.wait(LOOK_EVERY_S)

    def _read_accounts(self) -> None:
        with self._database.reading() as session:
            accounts = {one.person_id: one for one in accounts_to_start(session)}
        known = {person_id: changed_at for person_id, (changed_at, _) in self._kept.items()}
        self._stop_those(lambda one: one not in accounts or known[one] != accounts[one].changed_at)
        seal = server_seal(self._settings.data_dir)
        for account in accounts.values():
            if account.person_id not in self._kept:
                self._keep(account, seal)

    def _keep(self, account: SipAccount, seal: Seal) -> None:
        person_id = account.person_id
        try:
            with self._database.writing() as session:
                password = password_of(session, person_id, seal)
                token = renew_token(session, person_id, TOKEN_NAME, (Scope.PHONE, Scope.CALLS_WRITE))
        except CallCoachError as error:
            if self._trouble.get(person_id) != str(error):
                log.warning("the softphone of person %s is not started: %s", person_id, error)
            self._trouble[person_id] = str(error)
            return
        self._trouble.pop(person_id, None)
        folder = phone_folder(self._settings, person_id)
        environment = self._environment(account, password, token, folder)
        with self._lock:
            self._kept[person_id] = account.changed_at, Keeping(person_id, folder, environment)

    def _environment(self, account: SipAccount, password: str, token: str, folder: Path) -> dict[str, str]:
        sip = self._settings.sip
        return clean_environment() | {
            "CALLCOACH_DATA_DIR": str(folder),
            "CALLCOACH_SIP__USER": account.extension,
            "CALLCOACH_SIP__AUTH_USER": account.auth_user,
            "CALLCOACH_SIP__PASSWORD": password,
            "CALLCOACH_SIP__REGISTRAR": account.registrar or sip.registrar,
            "CALLCOACH_SIP__DISPLAY_NAME": account.display_name,
            "CALLCOACH_SIP__LOCAL_PORT": "0",  # many phones share this machine
            "CALLCOACH_PHONE__SERVER": self._settings.phones.server or _own_address(self._settings),
            "CALLCOACH_PHONE__TOKEN": token,
            "PYTHONUNBUFFERED": "1",
        }

    def _stop_those(self, wanted: Callable[[int], bool]) -> None:
        with self._lock:
            chosen = [(one, self._kept.pop(one)[1]) for one in tuple(self._kept) if wanted(one)]
        stopping = [threading.Thread(target=keeping.stop) for _, keeping in chosen]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()


def phone_folder(settings: Settings, person_id: int) -> Path:
    """Return the data folder of a person's softphone."""
    return settings.data_dir / FOLDER / str(person_id)


def _own_address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.server.host, settings.server.host)  # noqa: S104
    return f"http://{host}:{settings.server.port}"
