"""Surveys of the browser's site: in force and as a draft, customers who are to be asked, and what others answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.around.follow_ups import FollowUpTerms
from callcoach.around.surveys import Question, QuestionKind
from callcoach.store.around.follow_up_plans import add_follow_up_plan, draw_follow_ups
from callcoach.store.around.follow_ups import decline, keep_answers
from callcoach.store.around.surveys import publish_survey, put_survey
from callcoach.store.people import as_principal, person_by_login
from callcoach.store.tables import CallRow, FollowUpPlanRow, FollowUpRow

QUESTIONS = (
    Question("您对这次服务满意吗？1 分很不满意，5 分很满意", QuestionKind.RATING_5, low=2),
    Question("您愿意把我们推荐给朋友吗？0 到 10 分", QuestionKind.RATING_10, optional=True, low=4),
    Question("您的问题解决了吗？", QuestionKind.YES_NO),
    Question("您还有什么建议？", QuestionKind.TEXT, optional=True),
)
ANSWERS = (
    {0: "5", 1: "10", 2: "1"},
    {0: "4", 1: "8", 2: "1", 3: "等的时间再短一点就更好了"},
    {0: "2", 1: "3", 2: "0", 3: "说好三点前回电，到现在也没有人打过来"},
)
LATER = timedelta(days=30)


def put_surveys(session: Session, now: datetime) -> None:
    """Put surveys, a plan that drew, and answers; what is left open can be asked."""
    boss = as_principal(person_by_login(session, "admin"))
    opening = "您好，我是远航物流的回访员，想耽误您一分钟，问几个关于上次通话的问题，方便吗？"
    one = put_survey(session, "售后满意度", opening, QUESTIONS, person_id=boss.person_id, now=now)
    publish_survey(session, one.id, in_force=True)
    put_survey(session, "新装回访", "", QUESTIONS[:1], person_id=boss.person_id, now=now)
    first = session.scalars(select(CallRow.started_at).order_by(CallRow.started_at)).first() or now
    terms = FollowUpTerms("售后抽样", one.id, share_percent=60, delay_h=1, within_h=1440, rest_days=0)
    plan = add_follow_up_plan(session, boss, terms, now)
    row = session.get_one(FollowUpPlanRow, plan.id)
    row.made_at = first - timedelta(days=1)
    draw_follow_ups(session, plan.id, first + LATER, now.astimezone(UTC).date())
    row.made_at = now
    agent = person_by_login(session, "li.na").id
    drawn = session.scalars(select(FollowUpRow).order_by(FollowUpRow.id)).all()
    for number, found in enumerate(drawn):
        found.made_at, found.due_at, found.expires_at = now - timedelta(hours=30), now - timedelta(hours=3), now + LATER
        session.flush()
        if number < len(ANSWERS):
            keep_answers(
                session,
                agent,
                found.id,
                one.newest.id,
                ANSWERS[number],
                callback_after=timedelta(hours=24),
                now=now - timedelta(hours=2),
            )
        elif number == len(ANSWERS):
            decline(session, agent, found.id, "正在开车", now - timedelta(hours=1))
