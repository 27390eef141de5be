"""Ids in the addresses of pages: no larger than a database keeps."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path

from callcoach.store.call_lists import MAX_KEY

KeyInPath = Annotated[int, Path(ge=0, le=MAX_KEY)]
KeyInForm = Annotated[int, Form(ge=0, le=MAX_KEY)]
