"""Who a WebSocket is from: asked when it opens, and again while it stays open.

A request proves who it is from each time; a line may be open for a whole shift, while its session ends, its token is
revoked, its person leaves the team or the house.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from fastapi import WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.principal import maybe_principal

NOT_ALLOWED = 4003
LOOK_AGAIN_S = 30.0
"""How long a line may outlive its right to be open. Looking also keeps a browser's session awake."""

Proof = Callable[[HTTPConnection], Principal | None]


async def admitted(socket: WebSocket, permission: Permission, proof: Proof = maybe_principal) -> Principal | None:
    """Return who a WebSocket is from, if they may open it; else None."""
    try:
        principal = await run_in_threadpool(proof, socket)
    except CallCoachError:
        return None
    return principal if principal is not None and may(principal, permission) else None


async def until_dismissed(
    socket: WebSocket, permission: Permission, principal: Principal, proof: Proof = maybe_principal
) -> None:
    """Wait until the one who opened an accepted WebSocket has other rights than then, and close it.

    A page or phone that still may be there opens a new one, with the rights of that time.
    """
    while await admitted(socket, permission, proof) == principal:
        await asyncio.sleep(LOOK_AGAIN_S)
    with contextlib.suppress(RuntimeError):  # it closed by itself
        await socket.close(NOT_ALLOWED, "other rights than when this was opened")
