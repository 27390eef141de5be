"""What is done with drills, by page and by API alike; each deed is noted in the audit log."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.rules.definition import Rule
from callcoach.rules.practice import practise
from callcoach.server.drills.hearing import heard_text, keep_sound
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.drills import (
    Answer,
    Drill,
    DrillItem,
    DrillTerms,
    ItemRef,
    Moment,
    NewItem,
    add_answer,
    add_drill,
    end_drill,
    get_drill,
    item_of,
    moments_of,
)
from callcoach.store.model import AnswerKind, DrillMode

CHOICES = 3
"""Wordings to choose from, the better one among them."""
MAX_ANSWER = 500
"""Characters of an answer: some sentences."""
_MARKS = re.compile(r"[【】]")
_SPEAKER = re.compile(r"^(坐席|客户)[：:]")


def rule_of(services: Services, rule_id: str) -> Rule:
    """Return a rule in force.

    Raises:
        InputError: there is none of this id.
    """
    rule = services.desk.rules.rulebook.rule(rule_id)
    if rule is None:
        raise InputError(
            f"There is no rule {rule_id!r} in force. Choose another one.",
            f"没有生效中的规则 {rule_id}。请另选一条。",
        )
    return rule


def moment_key(one: Moment) -> str:
    """Return how a form names a moment."""
    return f"{one.call_id}/{one.finding_id}"


def set_drill(
    services: Services, principal: Principal, terms: DrillTerms, better: Mapping[str, str], doer: Doer
) -> Drill:
    """Set a drill.

    Args:
        services: the server's.
        principal: who sets it.
        terms: for whom, about what.
        better: by `moment_key`, what is to be said instead; empty: the rule's advice.
        doer: for the audit log.

    Raises:
        CallCoachError: there is no such agent, rule or moment, or no moment was chosen.
    """
    rule = rule_of(services, terms.rule_id)
    with services.database.writing() as session:
        known = {moment_key(one): one for one in moments_of(session, principal, terms.agent_id, terms.rule_id)}
        if unknown := [key for key in better if key not in known]:
            raise InputError(
                f"The rule was not found there, or not any more: {', '.join(unknown)}. Load the page again.",
                "所选的话里有的已经不在了，请重新载入页面。",
            )
        items = [_item(known[key], text.strip() or rule.advice_zh, rule, terms.mode) for key, text in better.items()]
        made = add_drill(session, principal, terms, items, services.now())
        note(session, "drill.set", about=("drill", str(made)), detail={"agent": terms.agent_id}, **doer)
        return get_drill(session, principal, made)


def answer(services: Services, principal: Principal, ref: ItemRef, text: str, doer: Doer) -> DrillItem:
    """Take an answer that was typed, or chosen where there is something to choose from.

    Raises:
        CallCoachError: there is no such moment of an own drill, or nothing was answered.
    """
    item, rule_id = _asked(services, principal, ref)
    said = text.strip()[:MAX_ANSWER]
    if not said:
        raise InputError("Nothing was answered.", "还没有回答。")
    if not item.choices:
        return _keep(services, principal, ref, _judged(services, item, rule_id, said), doer)
    if said not in item.choices:
        raise InputError("This is none of the wordings to choose from.", "请从列出的说法里选一个。")
    passed = said == item.better
    tried = Answer(0, services.now(), AnswerKind.CHOSEN, said, passed, float(passed), (), "")
    return _keep(services, principal, ref, tried, doer)


def answer_spoken(services: Services, principal: Principal, ref: ItemRef, sound: bytes, doer: Doer) -> DrillItem:
    """Take an answer that was spoken: it is written down by the recogniser, judged, and kept with its sound.

    Raises:
        CallCoachError: there is no such moment of an own drill, it is to be chosen, or nothing was understood.
    """
    item, rule_id = _asked(services, principal, ref)
    if item.choices:
        raise InputError("Choose one of the wordings here.", "这一处是选择题，请选一个说法。")
    said = heard_text(services.desk, sound)[:MAX_ANSWER]
    if not said:
        raise InputError(
            "Nothing was understood. Speak nearer to the microphone, or type the answer.",
            "没有听清。请靠近话筒再说一遍，或改为打字。",
        )
    typed = _judged(services, item, rule_id, said)
    tried = replace(typed, kind=AnswerKind.SPOKEN, sound_file=keep_sound(folder_of(services), sound))
    return _keep(services, principal, ref, tried, doer)


def take_back(services: Services, principal: Principal, drill_id: int, doer: Doer) -> None:
    """Take a drill back.

    Raises:
        CallCoachError: there is none, or it is done.
    """
    with services.database.writing() as session:
        end_drill(session, principal, drill_id, services.now())
        note(session, "drill.end", about=("drill", str(drill_id)), **doer)


def folder_of(services: Services) -> Path:
    """Return the folder of what was spoken in drills."""
    return services.settings.data_dir / "drills"


def _asked(services: Services, principal: Principal, ref: ItemRef) -> tuple[DrillItem, str]:
    """Return a moment and the rule its drill is about."""
    with services.database.reading() as session:
        drill = get_drill(session, principal, ref.drill_id)
    return item_of(drill, ref.number), drill.terms.rule_id


def _keep(services: Services, principal: Principal, ref: ItemRef, tried: Answer, doer: Doer) -> DrillItem:
    with services.database.writing() as session:
        item = add_answer(session, principal, ref, tried, services.now())
        detail = {"number": ref.number, "passed": tried.passed}
        note(session, "drill.answer", about=("drill", str(ref.drill_id)), detail=detail, **doer)
    return item


def _judged(services: Services, item: DrillItem, rule_id: str, said: str) -> Answer:
    """Return an answer that was typed, as the rules judge it."""
    judged = practise(services.desk.rules.rulebook, rule_id, item.customer, said, item.better)
    found = tuple(
        {"rule_id": one.rule_id, "name_zh": one.name_zh, "name_en": one.name_en, "quote": one.quote}
        for one in judged.findings
    )
    likeness = round(judged.likeness, 3)
    return Answer(0, services.now(), AnswerKind.TYPED, said, judged.passed, likeness, found, "")


def _item(moment: Moment, better: str, rule: Rule, mode: DrillMode) -> NewItem:
    return NewItem(moment, better, _choices(moment, better, rule) if mode is DrillMode.CHOOSE else ())


def _choices(moment: Moment, better: str, rule: Rule) -> tuple[str, ...]:
    """Return what to choose from: the better wording, what was said, and what the rule's examples say."""
    wrong: list[str] = [moment.said, *_sentences(one.text for one in rule.hits)]
    chosen = [better, *list(dict.fromkeys(one for one in wrong if one and one != better))[: CHOICES - 1]]
    random.Random(f"{moment.call_id}/{moment.start_s}").shuffle(chosen)  # noqa: S311 - an order, no secret
    return tuple(chosen)


def _sentences(texts: Iterable[str]) -> list[str]:
    """Return the examples that are one sentence of the agent, without marks."""
    plain = (_MARKS.sub("", one) for one in texts)
    return [one for one in plain if " / " not in one and not _SPEAKER.match(one) and " s " not in one]
