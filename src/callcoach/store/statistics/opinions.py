"""What customers answered when they were asked, counted. Of each that was asked the newest answers count."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from callcoach.around.surveys import QuestionKind
from callcoach.principal import Principal
from callcoach.store.statistics.model import (
    FollowUpFigures,
    GroupBy,
    Key,
    Opinion,
    QuestionFigures,
    StatisticsFilter,
)
from callcoach.store.tables import FollowUpRow, SurveyAnswerRow, SurveyResponseRow, SurveyRow, SurveyVersionRow
from callcoach.store.visibility import work_visible_to

_NEWEST = SurveyResponseRow.number == (
    select(func.max(SurveyResponseRow.number))
    .where(SurveyResponseRow.follow_up_id == FollowUpRow.id)
    .correlate(FollowUpRow)
    .scalar_subquery()
)


def count_opinions(session: Session, principal: Principal, wanted: StatisticsFilter, by: GroupBy) -> dict[Key, Opinion]:
    """Return what customers said of whose service, by agent, team, queue or day of the answer."""
    query = _answers(principal, wanted).where(SurveyAnswerRow.kind.in_((QuestionKind.RATING_5, QuestionKind.RATING_10)))
    first: dict[tuple[int, QuestionKind], tuple[Key, int]] = {}
    for row, response, answer in session.execute(query.order_by(SurveyAnswerRow.question)):
        day = response.at.astimezone(wanted.zone).date()
        keys: dict[GroupBy, Key] = {
            GroupBy.AGENT: row.agent_id,
            GroupBy.TEAM: row.team_id,
            GroupBy.QUEUE: row.queue,
            GroupBy.DAY: day,
        }
        first.setdefault((response.id, answer.kind), (keys[by], answer.value or 0))
    ratings: defaultdict[Key, Counter[int]] = defaultdict(Counter)
    recommends: defaultdict[Key, Counter[int]] = defaultdict(Counter)
    for (_, kind), (key, value) in first.items():
        (ratings if kind is QuestionKind.RATING_5 else recommends)[key][value] += 1
    return {key: Opinion(dict(ratings[key]), dict(recommends[key])) for key in {**ratings, **recommends}}


def count_questions(session: Session, principal: Principal, wanted: StatisticsFilter) -> tuple[QuestionFigures, ...]:
    """Return how often each answer was given to each question that is answered by a number."""
    texts: dict[int, tuple[str, list[dict[str, Any]]]] = {
        version_id: (name, questions)
        for version_id, name, questions in session.execute(
            select(SurveyVersionRow.id, SurveyRow.name, SurveyVersionRow.questions).join(
                SurveyRow, SurveyRow.id == SurveyVersionRow.survey_id
            )
        )
    }
    found: defaultdict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
    for _, response, answer in session.execute(_answers(principal, wanted).where(SurveyAnswerRow.value.is_not(None))):
        name, questions = texts[response.version_id]
        found[name, str(questions[answer.question]["text"]), answer.kind.value][answer.value or 0] += 1
    return tuple(QuestionFigures(*key, dict(counts)) for key, counts in found.items())


def count_follow_ups(session: Session, principal: Principal, wanted: StatisticsFilter) -> FollowUpFigures:
    """Return how follow-ups fared that were due in the stretch."""
    whose = _whose(principal, wanted)
    query = (
        select(FollowUpRow.state, func.count())
        .where(*whose, FollowUpRow.due_at >= wanted.begin, FollowUpRow.due_at < wanted.end)
        .group_by(FollowUpRow.state)
    )
    bad = (
        select(func.count())
        .select_from(SurveyResponseRow)
        .join(FollowUpRow, FollowUpRow.id == SurveyResponseRow.follow_up_id)
        .where(*whose, _NEWEST, SurveyResponseRow.is_dissatisfied)
        .where(SurveyResponseRow.at >= wanted.begin, SurveyResponseRow.at < wanted.end)
    )
    states = {state.value: count for state, count in session.execute(query)}
    return FollowUpFigures(states, session.scalar(bad) or 0)


def _answers(principal: Principal, wanted: StatisticsFilter) -> Select[FollowUpRow, SurveyResponseRow, SurveyAnswerRow]:
    return (
        select(FollowUpRow, SurveyResponseRow, SurveyAnswerRow)
        .join(SurveyResponseRow, SurveyResponseRow.follow_up_id == FollowUpRow.id)
        .join(SurveyAnswerRow, SurveyAnswerRow.response_id == SurveyResponseRow.id)
        .where(*_whose(principal, wanted), _NEWEST)
        .where(SurveyResponseRow.at >= wanted.begin, SurveyResponseRow.at < wanted.end)
    )


def _whose(principal: Principal, wanted: StatisticsFilter) -> list[ColumnElement[bool]]:
    visible = work_visible_to(principal, (FollowUpRow.agent_id,), FollowUpRow.team_id)
    both = ((FollowUpRow.agent_id, wanted.person_id), (FollowUpRow.team_id, wanted.team_id))
    return [visible, *(column == value for column, value in both if value is not None)]
