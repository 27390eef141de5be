"""What every test may ask for. A test that lacks a real part skips and says what to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from callcoach.settings import load_settings
from callcoach.store.engine import DATABASE_FILE, Database, database_url, open_database
from callcoach.store.schema import upgrade
from tests.chromium import chromium, one_chromium, speaking_chromium  # noqa: F401 - fixtures
from tests.made_once import made_once
from tests.peers.postgres import Cluster, find_programs, running_cluster

NEED_ALL = "CALLCOACH_TESTS_NEED_ALL"
"""Set by `make test` once every real part is installed: a part that lacks is then a failure, not a skip."""

ROOT = Path(__file__).resolve().parents[1]
MODEL_NAME = "vosk-model-small-cn-0.22"

# Time is never asserted on; and the same examples run everywhere, so that a red run can be repeated.
settings.register_profile("callcoach", deadline=None, derandomize=True)
settings.load_profile("callcoach")


def lack(message: str) -> NoReturn:
    """Skip the test for want of a real part; fail it where all parts must be there."""
    if os.environ.get(NEED_ALL):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Folder of the labelled development corpus, which lies beside the project."""
    path = Path(os.environ.get("CALLCOACH_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not path.is_dir():
        pytest.skip(f"the development corpus is not at {path}; set CALLCOACH_CORPUS to its folder")
    return path


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """Folder of the real Mandarin Vosk model."""
    path = load_settings().models_dir / MODEL_NAME
    if not path.is_dir():
        lack(f"the Vosk model is not at {path}; run: callcoach models fetch")
    return path


@pytest.fixture(scope="session")
def need_program() -> Callable[[str], str]:
    """Return a program's path by name, or skip saying which Debian package has it."""

    def find(name: str, package: str = "") -> str:
        path = shutil.which(name)
        if path is None:
            lack(f"{name} is not installed; run: apt-get install {package or name}")
        return path

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL cluster of the tests' own."""
    programs = find_programs()
    if programs is None:
        lack("PostgreSQL is not installed; run: apt-get install postgresql")
    with running_cluster(programs) as cluster:
        yield cluster


BOTH_DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.peer))


@pytest.fixture(params=BOTH_DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without any table, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def empty_database(empty_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, of each kind in turn."""
    database = open_database(database_url(empty_url, tmp_path))
    yield database
    database.close()


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with today's schema and nothing in it, for copies: to migrate anew is slow."""

    def make(folder: Path) -> None:
        database = open_database(database_url(f"sqlite:///{folder / DATABASE_FILE}", folder))
        upgrade(database)
        database.close()

    return made_once(tmp_path_factory, "new", make) / DATABASE_FILE


@pytest.fixture(scope="session")
def new_schema(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a PostgreSQL database with today's schema and nothing in it, for copies."""
    url = postgres.new_database()
    database = open_database(database_url(url, tmp_path_factory.getbasetemp()))
    upgrade(database)
    database.close()
    return url.rsplit("/", 1)[1]


@pytest.fixture(params=BOTH_DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with today's schema, of each kind in turn."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("new_file"), tmp_path / "test.sqlite")
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres").new_database(request.getfixturevalue("new_schema"))
    database = open_database(database_url(url, tmp_path))
    yield database
    database.close()
