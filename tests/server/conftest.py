"""A server in this process, over HTTP without a network; and people with tokens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role, Scope
from callcoach.server.app import create_app
from callcoach.server.services import Services
from callcoach.settings import Settings, WorkSettings
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.tokens import make_token


@pytest.fixture
def new_dir(tmp_path: Path, new_file: Path) -> Path:
    """A server's data folder with a database of today's schema."""
    shutil.copy(new_file, tmp_path)
    return tmp_path


@pytest.fixture
def settings(new_dir: Path) -> Settings:
    """Settings of a server that takes calls in and leaves the work on them to others."""
    return Settings(data_dir=new_dir, work=WorkSettings(calls_at_once=0))


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def shared_client(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One server for the tests of a module whose requests are all refused, so that none sees another's."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(new_file, folder)
    settings = Settings(data_dir=folder, work=WorkSettings(calls_at_once=0))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def services(client: TestClient) -> Services:
    return client.app.state.services  # type: ignore[attr-defined]


def token_for(services: Services, login: str, role: Role, scopes: tuple[Scope, ...] = tuple(Scope)) -> dict[str, str]:
    """Add a person and return the header that makes a request theirs."""
    with services.database.writing() as session:
        person = add_person(session, NewPerson(login, login, role, ("一组",), (login,)))
        return {"Authorization": f"Bearer {make_token(session, person.id, 'test', scopes)}"}
