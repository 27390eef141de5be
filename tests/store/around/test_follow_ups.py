"""Follow-ups and all statistics on either database: drawn once, answered, counted."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError

from callcoach.around.follow_ups import FollowUpState, FollowUpTerms
from callcoach.around.surveys import Question, QuestionKind
from callcoach.datapath import Direction
from callcoach.principal import Role
from callcoach.store.around.follow_up_plans import add_follow_up_plan, close_follow_ups, draw_follow_ups
from callcoach.store.around.follow_ups import FollowUpFilter, keep_answers, list_follow_ups, responses_of
from callcoach.store.around.surveys import publish_survey, put_survey
from callcoach.store.campaigns.taking import take_next
from callcoach.store.engine import Database
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person, as_principal
from callcoach.store.phone_calls import RingingCall, answer_phone_call, begin_phone_call, come, end_phone_call, stay
from callcoach.store.presence import PresenceState, change_presence
from callcoach.store.statistics.calls import count_calls
from callcoach.store.statistics.model import GroupBy, StatisticsFilter
from callcoach.store.statistics.opinions import count_follow_ups, count_opinions, count_questions
from callcoach.store.statistics.presence import count_time
from callcoach.store.statistics.work import count_callbacks, count_campaigns, count_complaints, count_scripts
from callcoach.store.tables import CallRow
from tests.store.calls import FIRST, put_call

ZONE = ZoneInfo("Asia/Shanghai")
QUESTIONS = (Question("满意吗", QuestionKind.RATING_5, low=2), Question("建议", QuestionKind.TEXT, optional=True))
LATER = FIRST + timedelta(hours=6)


def test_who_is_drawn_is_asked_once_and_counted(database: Database) -> None:
    with database.writing() as session:
        boss = as_principal(add_person(session, NewPerson("boss", "陈静", Role.ADMINISTRATOR)))
        wang = add_person(session, NewPerson("wang", "王芳", Role.SUPERVISOR, ("一组",)))
        li = add_person(session, NewPerson("li", "李", Role.AGENT, ("一组",), ("801",)))
        zhao = add_person(session, NewPerson("zhao", "赵", Role.AGENT, ("一组",)))
        team_id = li.teams[0].id
        for number in range(1, 21):
            put_call(session, number, agent="801")
        session.execute(update(CallRow).values(team_id=team_id, queue="售后", duration_s=60.0))
        survey = put_survey(session, "售后", "", QUESTIONS, person_id=boss.person_id, now=FIRST)
        publish_survey(session, survey.id, in_force=True)
        terms = FollowUpTerms("抽样", survey.id, share_percent=50, seed=3, delay_h=1, within_h=24, team_id=team_id)
        plan = add_follow_up_plan(session, boss, terms, FIRST)
    with database.writing() as session:
        drawn = draw_follow_ups(session, plan.id, LATER, LATER.date())
        assert 0 < drawn < 20
        assert draw_follow_ups(session, plan.id, LATER, LATER.date()) == 0, "a call is drawn once"
    with database.writing() as session:
        own = take_next(session, plan.campaign_id, li.id, now=LATER, hold_s=60, today=LATER.date())
        assert own is None, "nobody asks after their own calls"
        lead = take_next(session, plan.campaign_id, zhao.id, now=LATER, hold_s=60, today=LATER.date())
        assert lead is not None
        page = list_follow_ups(session, boss, FollowUpFilter((FollowUpState.OPEN,)), limit=200)
        assert len(page.follow_ups) == drawn
        (one,) = [found for found in page.follow_ups if found.lead_id == lead.id]
        for value in ("1", "5"):
            keep_answers(
                session, zhao.id, one.id, survey.newest.id, {0: value}, callback_after=timedelta(hours=1), now=LATER
            )
        assert [r.answers[0].value for r in responses_of(session, (one.id,))[one.id]] == [5, 1]
        as_wang = as_principal(wang)
        seen = list_follow_ups(session, as_wang, FollowUpFilter((FollowUpState.ANSWERED,))).follow_ups
        assert [found.id for found in seen] == [one.id]
    with pytest.raises(DatabaseError, match="only ever added to"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM survey_answers"))
    with database.writing() as session:
        assert close_follow_ups(session, LATER + timedelta(days=3)) == drawn - 1
        wanted = StatisticsFilter(FIRST.date(), LATER.date(), ZONE)
        assert count_follow_ups(session, boss, wanted).states == {"answered": 1, "lapsed": drawn - 1}
        assert count_opinions(session, as_wang, wanted, GroupBy.AGENT)[li.id].ratings == {5: 1}
        (question,) = count_questions(session, boss, wanted)
        assert question.counts == {5: 1}
        late = count_callbacks(session, as_wang, wanted, LATER)
        assert late.drafts == 1


def test_every_figure_can_be_counted(database: Database) -> None:
    with database.writing() as session:
        boss = as_principal(add_person(session, NewPerson("boss", "陈静", Role.ADMINISTRATOR)))
        li = add_person(session, NewPerson("li", "李", Role.AGENT, ("一组",), ("801",)))
        put_call(session, 1, agent="801")
        for number in range(3):
            call = RingingCall(f"p{number}", Direction.INBOUND, "138", "售后")
            begin_phone_call(session, li.id, call, FIRST, ZONE)
            if number:
                answer_phone_call(session, li.id, call.call_id, FIRST + timedelta(seconds=4 * number))
            end_phone_call(session, li.id, call.call_id, FIRST + timedelta(seconds=64), ended_by="agent", code=200)
        change_presence(session, li.id, PresenceState.READY, "", FIRST - timedelta(days=3))
        stay(session, (come(session, li.id, FIRST),), FIRST + timedelta(hours=1))
    wanted = StatisticsFilter(FIRST.date(), FIRST.date(), ZONE)
    with database.reading() as session:
        for by in GroupBy:
            (figures,) = {
                key: one for key, one in count_calls(session, boss, wanted, by).items() if one.told_in
            }.values()
            assert (figures.missed, figures.rung, figures.ring_s, figures.talk_s) == (1, 2, 12, 116)
        assert sum(one.inbound for one in count_calls(session, boss, wanted, GroupBy.AGENT).values()) == 4
        assert count_time(session, boss, wanted, GroupBy.TEAM, LATER)[li.teams[0].id].states == {"ready": 3600}
        assert count_campaigns(session, boss, wanted) == ()
        assert count_complaints(session, boss, wanted, LATER).recorded == 0
        assert count_scripts(session, boss, wanted) == ()
