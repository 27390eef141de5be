"""The pages of rules: the list, one rule with its versions, its draft, and the trial on past calls."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.datapath import Severity
from callcoach.errors import CallCoachError, ConflictError, NotFoundError
from callcoach.principal import Principal
from callcoach.reports.trial import SAID
from callcoach.reports.wording import Words
from callcoach.rights import Permission
from callcoach.rules.reference import describe
from callcoach.rules.rulebook import documents_of
from callcoach.server.calls.contexts import Choice
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.rulebook import keeping
from callcoach.server.rulebook.checking import check
from callcoach.server.rulebook.contexts import DraftPage, ExceptionChoice, RuleLine, RulePage, RulesPage, TrialPage
from callcoach.server.rulebook.fields import MAX_TEXT, RuleFields, example_lines, fields_of, read_document
from callcoach.server.services import Services, WithServices
from callcoach.store.written_rules import RuleDraft, find_draft, get_draft, in_force, list_drafts, versions_of

router = APIRouter(include_in_schema=False)

Trainer = Annotated[Principal, Depends(require(Permission.RULES))]
RuleId = Annotated[str, Path(max_length=120)]
Reason = Annotated[str, Form(max_length=2000)]
COUNTS = (50, 200, 500)
CATEGORIES = {
    "negative": Words("否定用语", "negative language"),
    "forbidden": Words("服务禁语", "forbidden phrases"),
    "required": Words("应有用语", "required wording"),
    "timing": Words("时间", "timing"),
    "voice": Words("声音", "voice"),
}
"""Categories of the built-in rulebook; a rule may have another one."""


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=200, max_part_size=MAX_TEXT * 4)


AnyForm = Annotated[FormData, Depends(_form)]


@router.get("/rules")
def get_rules(request: Request, _: Trainer, services: WithServices) -> Response:
    """Show the rules in force and the drafts."""
    book = services.desk.rules.rulebook
    with services.database.reading() as session:
        drafts, published = list_drafts(session), in_force(session)
    drafted = {one.rule_id for one in drafts}
    lines = tuple(
        RuleLine(
            rule_id=rule.id,
            name=Words(rule.name_zh, rule.name_en),
            category=_category(rule.category),
            severity=rule.severity,
            version=rule.version,
            published_by=published[rule.id].published_by if rule.id in published else "",
            published_at=published[rule.id].published_at if rule.id in published else None,
            has_draft=rule.id in drafted,
        )
        for rule in book.rules
    )
    return render(request, RulesPage(lines, drafts, Words(book.name_zh, book.name_en)))


@router.get("/rules/new")
def get_new(request: Request, _: Trainer, services: WithServices) -> Response:
    """Show the form of a new rule."""
    return render(request, _draft_page(services, None, RuleFields(), 0))


@router.post("/rules")
def post_new(request: Request, principal: Trainer, services: WithServices, form: AnyForm) -> Response:
    """Begin a rule."""
    return _save(request, principal, services, _fields(form, str(form.get("id", ""))), 0)


@router.get("/rules/{rule_id}")
def get_rule(rule_id: RuleId, request: Request, _: Trainer, services: WithServices) -> Response:
    """Show a rule with its versions."""
    return render(request, _rule_page(services, rule_id))


@router.post("/rules/{rule_id}/withdraw")
def post_withdraw(
    rule_id: RuleId, request: Request, principal: Trainer, services: WithServices, reason: Reason = ""
) -> Response:
    """End what was published of a rule."""
    try:
        keeping.withdraw_rule(services, rule_id, reason, by(request, principal))
    except CallCoachError as error:
        return render(request, _rule_page(services, rule_id, said_to(request, error)), 422)
    return RedirectResponse("/rules", 303)


@router.post("/rules/{rule_id}/draft/begin")
def post_begin(
    rule_id: RuleId,
    request: Request,
    principal: Trainer,
    services: WithServices,
    version: Annotated[int | None, Form(ge=0, le=2**31 - 1)] = None,
) -> Response:
    """Begin to change a rule, from what is in force or from an older version."""
    try:
        keeping.begin(services, rule_id, version, by(request, principal))
    except ConflictError as error:
        return render(request, _rule_page(services, rule_id, said_to(request, error)), 409)
    return RedirectResponse(f"/rules/{rule_id}/draft", 303)


@router.get("/rules/{rule_id}/draft")
def get_draft_page(rule_id: RuleId, request: Request, _: Trainer, services: WithServices) -> Response:
    """Show the form of a rule, and what stands against publishing it."""
    with services.database.reading() as session:
        draft = get_draft(session, rule_id)
    return render(request, _draft_page(services, draft, fields_of(read_document(draft.document)), draft.number))


@router.post("/rules/{rule_id}/draft")
def post_draft(
    rule_id: RuleId, request: Request, principal: Trainer, services: WithServices, form: AnyForm
) -> Response:
    """Keep the form as the draft."""
    sent = str(form.get("number", ""))
    number = int(sent) if sent.isdecimal() and len(sent) < 10 else 0
    return _save(request, principal, services, _fields(form, rule_id), number)


@router.post("/rules/{rule_id}/draft/trial")
def post_trial(
    *,
    rule_id: RuleId,
    request: Request,
    principal: Trainer,
    services: WithServices,
    count: Annotated[int, Form(ge=1, le=max(COUNTS))] = COUNTS[1],
    sound: Annotated[bool, Form()] = False,
) -> Response:
    """Try the draft on the latest calls."""
    with services.database.reading() as session:
        draft = get_draft(session, rule_id)
    fields = fields_of(read_document(draft.document))
    try:
        tried = keeping.try_draft(services, principal, rule_id, count, by(request, principal), sound=sound)
    except CallCoachError as error:
        return render(request, _draft_page(services, draft, fields, draft.number, said_to(request, error)), 422)
    said = {word: Words(*words) for word, words in SAID.items()}
    return render(request, TrialPage(rule_id, Words(fields.name_zh, fields.name_en), tried, said))


@router.post("/rules/{rule_id}/draft/publish")
def post_publish(
    rule_id: RuleId, request: Request, principal: Trainer, services: WithServices, reason: Reason = ""
) -> Response:
    """Have the draft in force."""
    with services.database.reading() as session:
        draft = get_draft(session, rule_id)
    try:
        keeping.publish_draft(services, rule_id, reason, by(request, principal))
    except CallCoachError as error:
        fields = fields_of(read_document(draft.document))
        return render(request, _draft_page(services, draft, fields, draft.number, said_to(request, error)), 422)
    return RedirectResponse(f"/rules/{rule_id}", 303)


@router.post("/rules/{rule_id}/draft/discard")
def post_discard(rule_id: RuleId, request: Request, principal: Trainer, services: WithServices) -> Response:
    """Discard the draft."""
    keeping.discard(services, rule_id, by(request, principal))
    return RedirectResponse("/rules", 303)


def _save(request: Request, principal: Principal, services: Services, fields: RuleFields, number: int) -> Response:
    try:
        kept = keeping.save(services, fields, number, by(request, principal))
    except CallCoachError as error:
        with services.database.reading() as session:
            there = find_draft(session, fields.id) if number else None
        status = 409 if isinstance(error, ConflictError) else 422
        return render(request, _draft_page(services, there, fields, number, said_to(request, error)), status)
    return RedirectResponse(f"/rules/{kept.rule_id}/draft", 303)


def _fields(form: FormData, rule_id: str) -> RuleFields:
    """Read the form; every field is a text but for two."""

    def text(name: str) -> str:
        return str(form.get(name, "")).replace("\r\n", "\n").strip()[:MAX_TEXT]

    return RuleFields(
        id=rule_id.strip(),
        name_zh=text("name_zh"),
        name_en=text("name_en"),
        category=text("category"),
        severity=text("severity"),
        applies_to=text("applies_to"),
        phrases=text("phrases"),
        condition=text("condition"),
        exceptions=tuple(str(one)[:120] for one in form.getlist("exceptions")),
        advice_zh=text("advice_zh"),
        advice_en=text("advice_en"),
        source_document=text("source_document"),
        source_phrase=text("source_phrase"),
        dimension=text("dimension"),
        points=text("points"),
        review_only=form.get("review_only") == "true",
        supersedes=text("supersedes"),
        first_day=text("first_day"),
        last_day=text("last_day"),
        queues=text("queues"),
        teams=text("teams"),
        directions=text("directions"),
        hits=text("hits"),
        misses=text("misses"),
    )


def _draft_page(
    services: Services, draft: RuleDraft | None, fields: RuleFields, number: int, problem: str = ""
) -> DraftPage:
    book = services.desk.rules.rulebook
    rubric = catalogue_of(services).rubric
    categories = {rule.category: _category(rule.category) for rule in book.rules}
    return DraftPage(
        draft=draft,
        fields=fields,
        number=number,
        checked=None if draft is None else check(services, draft.rule_id, draft.document),
        exceptions=tuple(
            ExceptionChoice(one.id, Words(one.name_zh, one.name_en), one.why_zh)
            for one in sorted(book.exceptions.values(), key=lambda one: one.id)
        ),
        categories={**categories, **CATEGORIES},
        dimensions=tuple(Choice(one.id, Words(one.name_zh, one.name_en)) for one in rubric.dimensions),
        severities_to_choose=tuple(Severity),
        problem=problem,
        counts=COUNTS,
    )


def _category(category: str) -> Words:
    return CATEGORIES.get(category, Words(category, category))


def _rule_page(services: Services, rule_id: str, problem: str = "") -> RulePage:
    rule = services.desk.rules.rulebook.rule(rule_id)
    with services.database.reading() as session:
        versions, draft = versions_of(session, rule_id), find_draft(session, rule_id)
    if rule is None and not versions:
        raise NotFoundError(
            f"There is no rule {rule_id!r}. The page of rules lists them.",
            f"没有规则 {rule_id}。“规则”页列出了全部规则。",
        )
    shown = next((one.document for one in versions if one.document), "")
    document = keeping.document_in_force(services, rule_id) if rule is not None else shown
    fields = fields_of(read_document(document))
    return RulePage(
        rule_id=rule_id,
        fields=fields,
        name=Words(fields.name_zh, fields.name_en),
        category=_category(fields.category),
        severity=rule.severity if rule is not None else None,
        version=rule.version if rule is not None else versions[0].version,
        meaning=describe(rule.condition) if rule is not None else "",
        exceptions=tuple(Words(one.name_zh, one.name_en) for one in rule.exceptions) if rule is not None else (),
        hits=example_lines(fields.hits),
        misses=example_lines(fields.misses),
        versions=versions,
        draft=draft,
        is_published=bool(versions and versions[0].document),
        is_built_in=rule_id in documents_of(services.settings.rules.rulebook),
        problem=problem,
    )
