"""Puts the figures of the store together: a line for each agent, team, queue or day, and one for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from callcoach.around.surveys import QuestionKind, Satisfaction
from callcoach.principal import Principal
from callcoach.store.around.dispositions import list_dispositions
from callcoach.store.around.wrap_ups import Stretch, count_by_person, count_dispositions
from callcoach.store.engine import Session
from callcoach.store.people import list_people, list_teams
from callcoach.store.presence import PresenceState
from callcoach.store.statistics.calls import count_calls
from callcoach.store.statistics.model import (
    CallFigures,
    GroupBy,
    Key,
    Opinion,
    QuestionFigures,
    StatisticsFilter,
    TimeFigures,
)
from callcoach.store.statistics.opinions import count_opinions
from callcoach.store.statistics.presence import count_time

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class StatisticsLine:
    """The figures of one agent, team, queue or day, or of all."""

    key: Key
    name: str
    """Empty: not known."""
    calls: CallFigures = field(default_factory=CallFigures)
    time: TimeFigures = field(default_factory=TimeFigures)
    opinion: Opinion = field(default_factory=Opinion)
    wrapped: int | None = None
    """Calls that were given an outcome; None: not counted by this grouping."""

    @property
    def occupancy(self) -> float | None:
        """Share of the time available for calls that was spent on them, 0 to 1."""
        return self.time.occupancy(self.calls.talk_s)

    @property
    def csat(self) -> Satisfaction:
        """Satisfaction of those who were asked."""
        return Satisfaction(QuestionKind.RATING_5, self.opinion.ratings)

    @property
    def nps(self) -> Satisfaction:
        """Their willingness to recommend."""
        return Satisfaction(QuestionKind.RATING_10, self.opinion.recommends)

    def hours(self, state: str) -> float | None:
        """Return the hours in a state of presence; None: the agent was never signed in."""
        return self.time.states.get(state, 0.0) / HOUR_S if self.time.states else None

    @property
    def hours_ready(self) -> float | None:
        """Hours of being ready, those of talking included."""
        return self.hours(PresenceState.READY)

    @property
    def hours_after_call(self) -> float | None:
        """Hours of work after calls."""
        return self.hours(PresenceState.AFTER_CALL)

    @property
    def hours_not_ready(self) -> float | None:
        """Hours of breaks, training and the like."""
        return self.hours(PresenceState.NOT_READY)


@dataclass(frozen=True, slots=True)
class DispositionLine:
    """How many calls had an outcome."""

    path_zh: tuple[str, ...]
    path_en: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question with what its answers come to."""

    figures: QuestionFigures
    satisfaction: Satisfaction


def lines_of(
    session: Session, principal: Principal, wanted: StatisticsFilter, by: GroupBy, now: datetime
) -> tuple[StatisticsLine, ...]:
    """Return the lines in the order of their names, what is not known last; days in theirs."""
    calls = count_calls(session, principal, wanted, by)
    times = count_time(session, principal, wanted, by, now)
    opinions = count_opinions(session, principal, wanted, by)
    wrapped = count_by_person(session, principal, stretch_of(wanted)) if by is GroupBy.AGENT else {}
    names = _names(session, by)
    keys = {**calls, **times, **opinions, **wrapped}
    lines = [
        StatisticsLine(
            key,
            names.get(key, "") if by in (GroupBy.AGENT, GroupBy.TEAM) else str(key or ""),
            calls.get(key, CallFigures()),
            times.get(key, TimeFigures()),
            opinions.get(key, Opinion()),
            wrapped.get(key, 0) if by is GroupBy.AGENT and isinstance(key, int) else None,
        )
        for key in keys
    ]
    return tuple(sorted(lines, key=lambda one: (not one.name, one.name)))


def total_of(lines: tuple[StatisticsLine, ...]) -> StatisticsLine:
    """Return all lines together."""
    counted = [one.wrapped for one in lines if one.wrapped is not None]
    return StatisticsLine(
        None,
        "",
        sum((one.calls for one in lines), CallFigures()),
        sum((one.time for one in lines), TimeFigures()),
        Opinion(_added(one.opinion.ratings for one in lines), _added(one.opinion.recommends for one in lines)),
        sum(counted) if counted else None,
    )


def disposition_lines(session: Session, principal: Principal, wanted: StatisticsFilter) -> tuple[DispositionLine, ...]:
    """Return the outcomes that were given, the most frequent first."""
    counts = count_dispositions(session, principal, stretch_of(wanted))
    tree = {one.id: one for one in list_dispositions(session)}
    lines = [DispositionLine(tree[key].path_zh, tree[key].path_en, count) for key, count in counts.items()]
    return tuple(sorted(lines, key=lambda one: (-one.count, one.path_zh)))


def question_lines(questions: tuple[QuestionFigures, ...]) -> tuple[QuestionLine, ...]:
    """Return each question with its score and the answers it rests on."""
    return tuple(QuestionLine(one, Satisfaction(QuestionKind(one.kind), one.counts)) for one in questions)


def stretch_of(wanted: StatisticsFilter) -> Stretch:
    """Return the stretch as the work of people is counted by it."""
    return Stretch(wanted.begin, wanted.end, wanted.team_id, wanted.person_id)


def _names(session: Session, by: GroupBy) -> Mapping[Key, str]:
    if by is GroupBy.AGENT:
        return {one.id: one.name for one in list_people(session)}
    return {one.id: one.name for one in list_teams(session)} if by is GroupBy.TEAM else {}


def _added(counts) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in counts:
        for value, count in one.items():
            found[value] = found.get(value, 0) + count
    return found
