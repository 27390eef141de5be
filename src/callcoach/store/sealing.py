"""Secrets that the server must be able to read again, such as an agent's SIP password: sealed in the database.

The key lies beside the database, in `server.key` of the data folder, so that a copy of the database alone tells
nothing. AES-256-GCM (NIST SP 800-38D) with a fresh nonce for each secret; what a secret belongs to is authenticated
with it, so that it cannot be moved to another row.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callcoach.errors import ConfigError, StoreError

KEY_FILE = "server.key"
KEY_BYTES = 32
NONCE_BYTES = 12
PREFIX = "sealed1:"


class Seal:
    """Seals texts and opens them.

    Args:
        key: 32 random bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, belongs_to: str) -> str:
        """Return a text that nobody without the key can read."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), belongs_to.encode())
        return PREFIX + base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, belongs_to: str) -> str:
        """Return the text that was sealed.

        Raises:
            StoreError: it was sealed with another key or for something else, or is damaged.
        """
        try:
            data = base64.b64decode(sealed.removeprefix(PREFIX), validate=True)
            return self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], belongs_to.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise StoreError(
                f"The secret of {belongs_to} cannot be opened with this server's key. Restore {KEY_FILE} in the data "
                "folder from the backup the database came from, or enter the secret again."
            ) from error


def server_seal(data_dir: Path) -> Seal:
    """Return the seal of this server; its key is made at the first use, readable by its owner only.

    Raises:
        ConfigError: the key cannot be read, or is none.
    """
    path = data_dir / KEY_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return Seal(_read(path))
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return Seal(_read(path))
    except OSError as error:
        raise ConfigError(f"The server's key {path} cannot be read or made: {error.strerror or error}.") from error


def _read(path: Path) -> bytes:
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(f"{path} is no key: expected {KEY_BYTES} bytes in base64. Restore it from a backup.")
    return key
