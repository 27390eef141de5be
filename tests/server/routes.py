"""Every route of the application, found by looking at it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts

from callcoach.server.app import create_app
from callcoach.settings import Settings

WEBSOCKET = "WEBSOCKET"
OWN = {"/openapi.json"}
"""What FastAPI adds: it tells nothing that the source does not."""


def contexts() -> Iterator[RouteContext]:
    """Return every route as it answers: with the path and the dependencies its routers add."""
    app = create_app(Settings(data_dir=Path(tempfile.gettempdir()) / "callcoach-never-opened"))
    for context in iter_route_contexts(app.routes):
        if context.path not in OWN:
            kind = type(context.original_route)
            assert issubclass(kind, APIRoute | APIWebSocketRoute), f"{context.path}: nobody checks a {kind.__name__}"
            yield context


@cache
def all_routes() -> tuple[tuple[str, str], ...]:
    """Return method and path of every route, sorted by path."""
    pairs = {(method, context.path or "") for context in contexts() for method in context.methods or {WEBSOCKET}}
    return tuple(sorted(pairs, key=lambda pair: (pair[1], pair[0])))


def filled(path: str) -> str:
    """Return a path with its places filled by things that are not there."""
    return re.sub(r"\{[^}]*\}", "999999", path)
