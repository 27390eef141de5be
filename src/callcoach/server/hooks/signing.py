"""The signature of a webhook, as Standard Webhooks has it (version 1, symmetric).

Signed is `id.timestamp.body` with HMAC-SHA256; the key is the secret's base64 part.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from callcoach.store.hooks import PREFIX


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
