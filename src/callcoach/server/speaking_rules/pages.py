"""The page on which trainers choose the rules that speak up at the desk. A choice counts from the next call on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import InputError
from callcoach.live.speaking_up import can_speak_up, speaks_by_default
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.live import why_at_end
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.server.speaking_rules.contexts import SpeakingRule, SpeakingRulesPage
from callcoach.store.audit import note
from callcoach.store.live_rules import LiveChoice, choose_live, live_choices

router = APIRouter(include_in_schema=False)

Trainer = Annotated[Principal, Depends(require(Permission.SPEAKING_RULES))]
CHOICES: Mapping[str, bool | None] = {"default": None, "speaks": True, "silent": False}
NEEDS_A_PERSON = Words("需要人来判断", "a person has to judge it")


@router.get("/speaking-rules")
def get_rules(request: Request, _: Trainer, services: WithServices, changed: str = "") -> Response:
    """Show the rules and what they do live."""
    with services.database.reading() as session:
        choices = live_choices(session)
    book = _book(services)
    default = speaks_by_default(book)
    rules = [_shown(rule, book, default, choices.get(rule.id)) for rule in book.rules]
    rules.sort(key=lambda one: (one.why_not is not None, not one.speaks))
    known = book.rule(changed)
    name = translator_of(request).words(Words(known.name_zh, known.name_en)) if known else ""
    return render(request, SpeakingRulesPage(tuple(rules), services.settings.live.enabled, name))


@router.post("/speaking-rules")
def post_rule(
    request: Request,
    principal: Trainer,
    services: WithServices,
    rule_id: Annotated[str, Form(max_length=120)],
    choice: Annotated[Literal["default", "speaks", "silent"], Form()],
) -> Response:
    """Choose for one rule."""
    rule = _book(services).rule(rule_id)
    if rule is None:
        raise InputError(f"The rulebook has no rule {rule_id!r}. Load the page again.")
    with services.database.writing() as session:
        choose_live(session, rule_id, CHOICES[choice], principal.person_id, services.now())
        about = ("rule", rule_id)
        note(session, "rule.speak", about=about, detail={"choice": choice}, **by(request, principal))
    return RedirectResponse(f"/speaking-rules?changed={rule_id}", 303)


def _shown(rule: Rule, book: Rulebook, default: frozenset[str], choice: LiveChoice | None) -> SpeakingRule:
    return SpeakingRule(
        rule_id=rule.id,
        name=Words(rule.name_zh, rule.name_en),
        severity=rule.severity,
        advice=Words(rule.advice_zh, rule.advice_en or rule.advice_zh),
        why_not=None if can_speak_up(rule, book) else _why_not(rule, book),
        by_default=rule.id in default,
        choice=choice.speaks if choice else None,
        chosen_by=choice.by if choice else "",
        chosen_at=choice.at if choice else None,
    )


def _why_not(rule: Rule, book: Rulebook) -> Words:
    why = why_at_end(rule, book)
    return Words(why.zh, why.en) if why else NEEDS_A_PERSON


def _book(services: Services) -> Rulebook:
    return services.desk.rules.rulebook
