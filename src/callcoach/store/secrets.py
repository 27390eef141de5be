"""Random tokens that are shown once and kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32
"""256 bits cannot be guessed, so that a plain hash is enough."""


def new_token(prefix: str = "") -> str:
    """Return a new random token."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def sha256(text: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(text.encode()).hexdigest()
