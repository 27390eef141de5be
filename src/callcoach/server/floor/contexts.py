"""What the floor's page is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View


@dataclass(frozen=True, slots=True)
class FloorPage(View):
    """The frame of the floor; what happens there comes over a WebSocket."""

    template: ClassVar[str] = "floor/floor.html.j2"

    texts: Mapping[str, str]
    """What the script says."""
    is_listening: bool
    """Whether calls are recognised as they go on."""
