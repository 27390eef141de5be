"""The one place that imports pjsua2, and the turning of its errors into ours."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from callcoach.errors import SipError

if TYPE_CHECKING:  # the package fills itself at import; its inner module has the names to check against
    from pjsua2 import pjsua2 as pj
else:
    import pjsua2 as pj

__all__ = ["hushed", "in_words", "pj"]


@contextlib.contextmanager
def in_words(what: str, zh: str) -> Iterator[None]:
    """Turn the library's error into ours, saying what was being done, in English and in Chinese."""
    try:
        yield
    except pj.Error as error:
        raise SipError(
            f"{what}: {error.reason} (pjsua2 status {error.status}).",
            f"{zh}：{error.reason}（pjsua2 状态 {error.status}）。",
        ) from error


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Drop the lines that the library prints on standard output before its log can be set."""
    sys.stdout.flush()
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)
