"""What the pages of webhooks are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.datapath import Severity
from callcoach.reports.wording import Words
from callcoach.server.pages.rendering import View
from callcoach.store.events import Delivery, EventKind, Hook


@dataclass(frozen=True, slots=True)
class HooksPage(View):
    """All addresses that are told, and the form of a new one."""

    template: ClassVar[str] = "hooks/hooks.html.j2"

    hooks: tuple[Hook, ...]
    kinds: Mapping[EventKind, Words]
    grades: tuple[Severity, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class HookPage(View):
    """One address with its deliveries."""

    template: ClassVar[str] = "hooks/hook.html.j2"

    hook: Hook
    deliveries: tuple[Delivery, ...]
    kinds: Mapping[EventKind, Words]
