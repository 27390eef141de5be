"""A PostgreSQL cluster of our own, in a folder of its own, on a free loopback port; gone when the tests are."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.peers.process import LOOPBACK, free_port, wait_until

PROGRAMS = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; then one of these runs it."""


def find_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs; None without one."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Cluster:
    """A running cluster that gives empty databases."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tester@{LOOPBACK}:{self._port}/{name}"

    def new_database(self, template: str = "template1") -> str:
        """Return the URL of an empty database, or of a copy of one that nobody is connected to."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._plain_url("postgres"), autocommit=True) as connection:
            # Copying files is by half faster than the write-ahead log where nothing has to reach the disk.
            how = "STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())
        return self.url(name)

    def ready(self) -> bool:
        try:
            psycopg.connect(self._plain_url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _plain_url(self, name: str) -> str:
        return self.url(name).replace("+psycopg", "")


@contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """Run a cluster until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="callcoach-pg-"))
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    initdb = [programs / "initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*initdb, "--locale=C"], check=True, capture_output=True, cwd=folder, **as_user)  # type: ignore[call-overload]
    port = free_port()
    settings = ["fsync=off", f"unix_socket_directories={folder}", "max_connections=60"]
    options = [part for setting in settings for part in ("-c", setting)]
    serve = [programs / "postgres", "-D", folder / "data", "-h", LOOPBACK, "-p", str(port), *options]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder, **as_user)  # type: ignore[call-overload]
    try:
        cluster = Cluster(port)
        wait_until(cluster.ready, f"PostgreSQL; see {folder / 'log'}", timeout_s=60)
        yield cluster
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)
