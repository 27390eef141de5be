"""Requests to servers of tests, with a patience that no loaded machine wears out; nothing is measured with them."""

from __future__ import annotations

from functools import partial

import httpx2

PATIENCE_S = 60.0

get = partial(httpx2.get, timeout=PATIENCE_S)
post = partial(httpx2.post, timeout=PATIENCE_S)
