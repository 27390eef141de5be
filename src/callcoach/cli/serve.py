"""`callcoach serve`: the review room's server."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcoach.settings import Settings

Host = Annotated[str | None, typer.Option("--host", help="监听地址 · Address to listen on; default: server.host.")]
ServerPort = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="监听端口 · Port; default: server.port; 0: any free one.")
]


def serve(host: Host = None, port: ServerPort = None) -> None:
    """启动质检室服务器 · Start the review room's server."""
    import uvicorn

    from callcoach.server.app import create_app
    from callcoach.server.services import open_services
    from callcoach.settings import load_settings
    from callcoach.store.schema import upgrade

    settings = load_settings()
    os.umask(0o077)  # recordings are personal data: what the server writes, its own user reads
    listener = _listen(settings.server.host if host is None else host, settings.server.port if port is None else port)
    services = open_services(settings)
    upgrade(services.database)  # before the server starts, so that what is wrong is told in words
    services.database.close()
    with listener, _alone(settings.data_dir / f"{settings.work.server_name}.lock"):
        address, number = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        print(f"CallCoach: http://{shown}:{number}  （Ctrl+C 结束 stops it）", flush=True)
        _welcome_first_administrator(settings, f"http://{_reachable(shown)}:{number}")
        settings = _with_phones_at(settings, f"http://{_reachable(shown)}:{number}")
        config = uvicorn.Config(create_app(settings), log_level=settings.log_level, access_log=False, lifespan="on")
        server = uvicorn.Server(config)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: that would wait for the call that is being transcribed. The next start goes on with it.
    os._exit(0 if server.started else 1)


def _welcome_first_administrator(settings: Settings, address: str) -> None:
    """Print a link that makes whoever opens it the administrator, as long as there is none who can sign in."""
    from callcoach.store.audit import note
    from callcoach.store.engine import database_url, open_database
    from callcoach.store.invitations import invite_first_administrator

    hours = settings.sign_in.invitation_h
    database = open_database(database_url(settings.database_url.get_secret_value(), settings.data_dir))
    with contextlib.closing(database), database.writing() as session:
        token = invite_first_administrator(session, timedelta(hours=hours))
        if token is not None:
            note(session, "invitation.make")
    if token is not None:
        link = f"{settings.server.base_url.rstrip('/') or address}/invitation/{token}"
        print(f"首位管理员的一次性链接（{hours} 小时内有效） first administrator, valid once:\n  {link}", flush=True)


def _with_phones_at(settings: Settings, address: str) -> Settings:
    """Tell the softphones that the server runs where it listens in fact."""
    phones = settings.phones.model_copy(update={"server": settings.phones.server or address})
    return settings.model_copy(update={"phones": phones})


def _reachable(host: str) -> str:
    """Return a host that a browser on this machine can open, where the server listens on all addresses."""
    return {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104 - compared with, not listened on


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of this data folder: two servers of one name would do the same work twice.

    Raises:
        ConfigError: another server holds it, or the folder cannot be written.
    """
    from callcoach.errors import ConfigError
    from callcoach.models.locking import exclusive

    with contextlib.ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(exclusive(path, wait=False))
        except OSError as error:
            raise ConfigError(
                f"Could not lock {path}: {error.strerror or error}. Another `callcoach serve` may be running on this "
                "data folder: end it, or give this one another work.server_name."
            ) from error
        yield


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, so that a port that is taken is told before anything starts.

    Raises:
        ConfigError: the address is not this machine's, or the port is taken or not ours to take.
    """
    from callcoach.errors import ConfigError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"Could not listen on {host} port {port}: {error.strerror or error}. Another program may have it: end that "
            "one, or choose another port with --port or the setting server.port."
        ) from error
    # asyncio leaves it out for sockets made without naming TCP; then every answer waits 40 ms for the client's ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
