"""SIP accounts: their passwords are sealed, and an extension is one person's."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from callcoach.errors import ConfigError, ConflictError, InputError, NotFoundError, StoreError
from callcoach.principal import Role
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.schema import upgrade
from callcoach.store.sealing import KEY_FILE, Seal, server_seal
from callcoach.store.sip_accounts import (
    SipAccountChange,
    accounts_to_start,
    find_account,
    list_accounts,
    password_of,
    put_account,
    remove_account,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WANTED = SipAccountChange("1001", "geheim-密码", starts=True)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(database_url("", tmp_path))
    upgrade(database)
    with database.writing() as session:
        for login in ("zhang.wei", "li.na"):
            add_person(session, NewPerson(login, login, Role.AGENT))
    yield database
    database.close()


def test_a_password_is_read_again_with_the_key_and_the_row_it_belongs_to_only(tmp_path: Path):
    seal = server_seal(tmp_path)
    sealed = seal.seal("secret", "one")
    assert "secret" not in sealed
    assert sealed != seal.seal("secret", "one"), "the same secret looks different each time"
    assert server_seal(tmp_path).open(sealed, "one") == "secret"
    with pytest.raises(StoreError, match=r"Restore server\.key"):
        seal.open(sealed, "another")
    with pytest.raises(StoreError, match="enter the secret again"):
        Seal(bytes(32)).open(sealed, "one")
    with pytest.raises(StoreError, match="cannot be opened"):
        seal.open("sealed1:!!", "one")


def test_the_key_is_its_owners_alone_and_a_damaged_one_is_said(tmp_path: Path):
    server_seal(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode((tmp_path / KEY_FILE).read_bytes())) == 32
    (tmp_path / KEY_FILE).write_bytes(b"too short")
    with pytest.raises(ConfigError, match="is no key"):
        server_seal(tmp_path)


def test_an_account_is_put_changed_and_taken_away(database: Database, tmp_path: Path):
    seal = server_seal(tmp_path)
    with database.writing() as session:
        put_account(session, 1, WANTED, seal, now=NOW)
        stored = session.execute(text("SELECT password FROM sip_accounts")).scalar_one()
        assert "密码" not in stored
        put_account(session, 1, SipAccountChange("1009", display_name="张伟"), seal, now=NOW)
        found = find_account(session, 1)
        assert found
        assert (found.extension, found.display_name, found.starts) == ("1009", "张伟", False)
        assert password_of(session, 1, seal) == "geheim-密码", "an empty password keeps the old one"
        put_account(session, 1, SipAccountChange("1009", "new"), seal, now=NOW)
        assert password_of(session, 1, seal) == "new"
        remove_account(session, 1)
        assert find_account(session, 1) is None
        with pytest.raises(NotFoundError):
            password_of(session, 1, seal)


@pytest.mark.parametrize("extension", ["", "10 01", "1001@pbx", "分机"])
def test_what_is_no_extension_is_refused(database: Database, tmp_path: Path, extension: str):
    with database.writing() as session, pytest.raises(InputError, match="is no extension"):
        put_account(session, 1, SipAccountChange(extension, "x"), server_seal(tmp_path), now=NOW)


def test_a_new_account_needs_a_password_and_an_extension_of_its_own(database: Database, tmp_path: Path):
    seal = server_seal(tmp_path)
    with database.writing() as session:
        with pytest.raises(InputError, match="password"):
            put_account(session, 1, SipAccountChange("1001"), seal, now=NOW)
        put_account(session, 1, WANTED, seal, now=NOW)
        with pytest.raises(ConflictError, match=r"1001 is that of zhang\.wei"):
            put_account(session, 2, WANTED, seal, now=NOW)
        put_account(session, 2, SipAccountChange("1001", "x", registrar="other.example.com"), seal, now=NOW)
        assert len(list_accounts(session)) == 2


def test_only_active_people_are_started(database: Database, tmp_path: Path):
    seal = server_seal(tmp_path)
    with database.writing() as session:
        put_account(session, 1, WANTED, seal, now=NOW)
        put_account(session, 2, SipAccountChange("1002", "x"), seal, now=NOW)
        assert [one.person_id for one in accounts_to_start(session)] == [1]
        session.execute(text("UPDATE people SET active = false WHERE id = 1"))
        assert accounts_to_start(session) == ()
