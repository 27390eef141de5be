"""What the floor's page is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.datapath import Severity
from callcoach.server.pages.rendering import View


@dataclass(frozen=True, slots=True)
class FloorPage(View):
    """The frame of the floor; what happens there comes over a WebSocket."""

    template: ClassVar[str] = "floor/floor.html.j2"

    texts: Mapping[str, str]
    """What the script says."""
    grades: tuple[Severity, ...]
    """From which severity on one may be alerted."""
    is_listening: bool
    """Whether calls are recognised as they go on."""
