"""Style, scripts and vendored parts, served under addresses that change with their content."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

import callcoach.vendored
from callcoach.errors import NotFoundError

FOLDERS = (Path(__file__).parent / "static", Path(callcoach.vendored.__file__).parent)
TYPES = (".css", ".js", ".svg")
FOREVER = "public, max-age=31536000, immutable"
"""A year, the longest a cache is asked for (RFC 9111 has no upper bound; caches do): new content, new address."""

router = APIRouter(include_in_schema=False)


@cache
def files() -> Mapping[str, Path]:
    """Return every static file by its name."""
    return {path.name: path for folder in FOLDERS for path in folder.iterdir() if path.suffix in TYPES}


@cache
def address(name: str) -> str:
    """Return the address of a static file.

    Raises:
        KeyError: there is none of this name.
    """
    return f"/static/{_digest(files()[name])}/{name}"


@router.get("/static/{digest}/{name}")
def get_static(digest: str, name: str) -> FileResponse:
    """Send a static file."""
    path = files().get(name)
    if path is None or digest != _digest(path):
        raise NotFoundError(f"There is no file {name} of this version. Load the page again.")
    kind = mimetypes.guess_type(name)[0]
    return FileResponse(path, media_type=kind, headers={"Cache-Control": FOREVER})


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
