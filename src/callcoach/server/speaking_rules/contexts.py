"""What the page of speaking rules is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from callcoach.datapath import Severity
from callcoach.reports.wording import Words
from callcoach.server.pages.rendering import View


@dataclass(frozen=True, slots=True)
class SpeakingRule:
    """One rule and what it does while a call goes on."""

    rule_id: str
    name: Words
    severity: Severity
    advice: Words
    """What the hint says."""
    why_not: Words | None
    """Why it cannot speak up; None: it can."""
    by_default: bool
    """Whether it speaks up as long as nobody chooses."""
    choice: bool | None
    """What was chosen; None: nothing."""
    chosen_by: str
    chosen_at: datetime | None

    @property
    def speaks(self) -> bool:
        """Whether it speaks up now."""
        return self.by_default if self.choice is None else self.choice


@dataclass(frozen=True, slots=True)
class SpeakingRulesPage(View):
    """All rules, those that can speak up first."""

    template: ClassVar[str] = "speaking_rules/rules.html.j2"

    rules: tuple[SpeakingRule, ...]
    is_listening: bool
    """Whether calls are recognised as they go on."""
    changed: str
    """Name of the rule that was just changed; empty: none."""
