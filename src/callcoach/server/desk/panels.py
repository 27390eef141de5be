"""What an agent can have beside a call: fragments of other domains, loaded with the call's number and id."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One tab. `path` answers GET with `number`, `call_id` and `direction`; `title` is a key of the messages."""

    name: str
    title: str
    path: str


PANELS: tuple[Panel, ...] = ()
"""In the order of their tabs; the first is shown when a call begins."""
