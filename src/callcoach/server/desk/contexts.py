"""What the desk's templates are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View


@dataclass(frozen=True, slots=True)
class DeskPage(View):
    """The frame of the desk; what happens there comes over a WebSocket."""

    template: ClassVar[str] = "desk/desk.html.j2"

    texts: Mapping[str, str]
    """What the scripts say."""
    reasons: tuple[str, ...]
    """Why one may be not ready."""
    test_number: str
    """The PBX's number that plays back what one says; empty: there is none."""
    is_listening: bool
    """Whether calls are recognised as they go on."""
    panels: tuple[Mapping[str, str | bool], ...]
    """What can be shown around the call: `name`, `title`, `path` and `needs_call` of each."""
    crm_opens: bool
    """Whether the company's CRM opens by itself at an answered call."""
    person_id: int
    """Whose desk it is: what this browser remembers belongs to them."""
    dial: str
    """A number to be called as soon as the desk is ready: from a link; empty: none."""
