"""Giving freed memory back to the system.

A recogniser that ends frees a hundred megabytes in small pieces. glibc keeps them for the thread that had
them, so that two threads hold twice of what either needs; other C libraries give memory back by themselves.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache


def give_back_memory() -> None:
    """Return what was freed to the system, where the C library has a call for it (`malloc_trim(3)`)."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> ctypes._NamedFuncPointer | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
