"""Rules that are written, and drills, for the browser's site; and a webhook with deliveries that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from callcoach.datapath import Severity
from callcoach.rules.rulebook import documents_of
from callcoach.server.rulebook.fields import RuleFields, as_version, document_of
from callcoach.store.drills import Answer, DrillTerms, ItemRef, NewItem, add_answer, add_drill, moments_of
from callcoach.store.engine import Database
from callcoach.store.events import EventKind
from callcoach.store.hooks import add_hook
from callcoach.store.model import AnswerKind, DrillMode
from callcoach.store.people import as_principal, person_by_login
from callcoach.store.written_rules import get_draft, keep_trial, publish, put_draft

OWN_RULE = "own.look_yourself"
TRIAL = {"calls": 22, "reviewed_calls": 3, "unjudged": 0, "new": 4, "gone": 0, "kept": 0, "missed": 0}
FIELDS = RuleFields(
    id=OWN_RULE,
    name_zh="让客户自己去查",
    category="forbidden",
    severity="serious",
    phrases="你[得|要|就]自己[去]查",
    exceptions=("quoting",),
    advice_zh="我来帮您查，请稍等。",
    source_document="客服规范 2026",
    source_phrase="自己去查",
    hits="这个【您得自己去查】。\n【您自己查】一下。\n【您要自己去查】",
    misses="我来帮您查\n您稍等，我查一下\n您自己查过的单子我来核对 | 说的是查过的",
)
"""One of its examples comes out otherwise than it must."""
NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)


def put_teaching(database: Database) -> None:
    """Have a rule published in versions, one being written, a drill that is half done."""
    with database.writing() as session:
        trainer = person_by_login(session, "liu.yang").id
        but = documents_of("service-language")["neg.but"]
        for version, severity in ((90, "notice"), (91, "warning")):
            document = as_version({**but, "severity": severity}, version)
            put_draft(session, "neg.but", document, number=0, person_id=trainer, now=NOW)
            keep_trial(session, "neg.but", 1, TRIAL)
            draft = get_draft(session, "neg.but")
            publish(session, draft, document, version, reason="按一月例会的意见调级", person_id=trainer, now=NOW)
        put_draft(session, OWN_RULE, document_of(FIELDS, 1), number=0, person_id=trainer, now=NOW)
        keep_trial(session, OWN_RULE, 1, TRIAL)
        _put_drills(session)
        kinds = (EventKind.CALL_SCORED, EventKind.CALL_FINDINGS, EventKind.APPEAL_FILED)
        boss = person_by_login(session, "admin").id
        add_hook(session, boss, "https://crm.example.com/callcoach/events", kinds, Severity.SERIOUS, now=NOW)


def _put_drills(session: Session) -> None:
    leader = as_principal(person_by_login(session, "wang.fang"))
    agent = as_principal(person_by_login(session, "zhang.wei"))
    rule_id = next(
        one for one in sorted(documents_of("service-language")) if moments_of(session, leader, agent.person_id, one)
    )
    moments = moments_of(session, leader, agent.person_id, rule_id)[:3]
    better = "看看我能够帮您做什么"
    for mode, choices in ((DrillMode.SAY, ()), (DrillMode.CHOOSE, ("这个我也没办法", better, "您自己看着办吧"))):
        terms = DrillTerms(agent.person_id, rule_id, mode, "先说能做什么，再说需要客户配合什么", NOW.date())
        made = add_drill(session, leader, terms, [NewItem(one, better, choices) for one in moments], NOW)
        if mode is DrillMode.SAY:
            found = ({"rule_id": rule_id, "name_zh": "说“我不能”", "name_en": "Says I cannot", "quote": "没办法"},)
            said = ("这个我也没办法", "看看我能为您做什么")
            tries = (
                Answer(0, NOW, AnswerKind.TYPED, said[0], passed=False, likeness=0.12, found=found, sound_file=""),
                Answer(0, NOW, AnswerKind.SPOKEN, said[1], passed=True, likeness=0.83, found=(), sound_file=""),
            )
            for minutes, one in enumerate(tries):
                add_answer(session, agent, ItemRef(made, 1), one, NOW + timedelta(minutes=minutes))
