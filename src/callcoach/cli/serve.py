"""`callcoach serve`: the review room's server."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import Annotated

import typer

Host = Annotated[str | None, typer.Option("--host", help="监听地址 · Address to listen on; default: server.host.")]
ServerPort = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="监听端口 · Port; default: server.port; 0: any free one.")
]


def serve(host: Host = None, port: ServerPort = None) -> None:
    """启动质检室服务器 · Start the review room's server."""
    import uvicorn

    from callcoach.server.app import create_app
    from callcoach.settings import load_settings

    settings = load_settings()
    os.umask(0o077)  # recordings are personal data: what the server writes, its own user reads
    listener = _listen(settings.server.host if host is None else host, settings.server.port if port is None else port)
    with listener:
        address, number = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        print(f"CallCoach: http://{shown}:{number}  （Ctrl+C 结束 stops it）", flush=True)
        config = uvicorn.Config(create_app(settings), log_level=settings.log_level, access_log=False, lifespan="on")
        server = uvicorn.Server(config)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: that would wait for the call that is being transcribed. The next start goes on with it.
    os._exit(0 if server.started else 1)


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, so that a port that is taken is told before anything starts.

    Raises:
        ConfigError: the address is not this machine's, or the port is taken or not ours to take.
    """
    from callcoach.errors import ConfigError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"Could not listen on {host} port {port}: {error.strerror or error}. Another program may have it: end that "
            "one, or choose another port with --port or the setting server.port."
        ) from error
