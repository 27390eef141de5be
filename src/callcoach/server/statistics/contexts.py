"""What the page of statistics is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.around.complaints import Demand
from callcoach.server.pages.rendering import View
from callcoach.server.statistics.figures import DispositionLine, QuestionLine, StatisticsLine
from callcoach.server.trends.contexts import Chooser
from callcoach.store.statistics.model import (
    CallbackFigures,
    CampaignFigures,
    ComplaintFigures,
    FollowUpFigures,
    GroupBy,
    ScriptFigures,
)


@dataclass(frozen=True, slots=True)
class StatisticsPage(View):
    """All figures of a period."""

    template: ClassVar[str] = "statistics/statistics.html.j2"

    chooser: Chooser
    by: GroupBy
    groupings: tuple[tuple[GroupBy, str], ...]
    """Ways to group, each with its address."""
    lines: tuple[StatisticsLine, ...]
    total: StatisticsLine
    reasons: Mapping[str, float]
    """Hours of not being ready, by reason, the longest first."""
    dispositions: tuple[DispositionLine, ...]
    campaigns: tuple[CampaignFigures, ...]
    callbacks: CallbackFigures
    complaints: ComplaintFigures
    demands: tuple[Demand, ...]
    scripts: tuple[ScriptFigures, ...]
    follow_ups: FollowUpFigures
    questions: tuple[QuestionLine, ...]
