"""`/api/v1/rules`: the rules in force, drafts as YAML documents, trials on past calls, publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.datapath import Severity
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.rules.trying import Said
from callcoach.server.principal import by, require
from callcoach.server.review.bodies import Key, Storable, Words
from callcoach.server.rulebook import keeping
from callcoach.server.rulebook.checking import check
from callcoach.server.rulebook.pages import COUNTS
from callcoach.server.rulebook.trying import ShownPlace
from callcoach.server.services import Services, WithServices
from callcoach.store.written_rules import RuleDraft, get_draft, list_drafts, versions_of

router = APIRouter(prefix="/rules", tags=["rules"])

Trainer = Annotated[Principal, Depends(require(Permission.RULES))]
RuleId = Annotated[str, Path(max_length=120, description="Id of the rule, such as `neg.but`.")]
MAX_DOCUMENT = 200_000
"""Characters of a rule's document."""


class RuleInForceView(BaseModel):
    """A rule that calls are judged by."""

    id: str
    version: int
    name_zh: str
    name_en: str
    category: str
    severity: Severity
    applies_to: str
    advice_zh: str
    advice_en: str


class VersionView(BaseModel):
    """A version that was published; with an empty document: the end of one."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    version: int
    document: str
    reason: str
    published_by: str
    published_at: datetime


class RuleView(BaseModel):
    """A rule's document in force, and what was published of it, newest first."""

    id: str
    document: str = Field(description="YAML.")
    versions: list[VersionView]


class FaultView(BaseModel):
    """What is wrong with a document, and what to do."""

    line: int
    what: str
    remedy: str


class ExampleView(BaseModel):
    """An example that comes out otherwise than it must."""

    text: str
    is_hit: bool
    problem: str


class DraftView(BaseModel):
    """A rule that is being written; it can be published once it has no faults and was tried as it stands."""

    id: str
    document: str = Field(description="YAML.")
    number: int = Field(description="Counts its changes; sent back with the next one.")
    changed_by: str
    changed_at: datetime
    faults: list[FaultView]
    wrong_examples: list[ExampleView]
    is_tried: bool


class DraftBody(BaseModel):
    """A document to be kept as the draft. `number` is that of the draft it was made from; 0: there was none."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[str, Field(max_length=MAX_DOCUMENT), Storable]
    number: Key = 0


class TrialBody(BaseModel):
    """On how many of the latest calls; `sound` measures loudness and pitch too, on 50 calls at most."""

    model_config = ConfigDict(extra="forbid")

    calls: Annotated[int, Field(ge=1, le=max(COUNTS))] = COUNTS[1]
    sound: bool = False


class PlaceView(BaseModel):
    """A place in a past call."""

    call_id: str
    start_s: float
    end_s: float
    text: str
    said: str
    confidence: float
    verdict: Said


class TrialView(BaseModel):
    """What a draft finds against the rule in force; 50 places of each kind at most, `counts` has them all."""

    calls: int
    reviewed_calls: int
    left_out: int
    unreadable: int
    unjudged: int
    failed: int
    counts: dict[str, int]
    new: list[PlaceView]
    gone: list[PlaceView]
    kept: list[PlaceView]
    missed: list[PlaceView]


class ReasonBody(BaseModel):
    """Why; it stands in the history."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


@router.get("")
def get_rules(_: Trainer, services: WithServices) -> list[RuleInForceView]:
    """List the rules in force."""
    return [
        RuleInForceView(
            id=rule.id,
            version=rule.version,
            name_zh=rule.name_zh,
            name_en=rule.name_en,
            category=rule.category,
            severity=rule.severity,
            applies_to=rule.applies_to,
            advice_zh=rule.advice_zh,
            advice_en=rule.advice_en,
        )
        for rule in services.desk.rules.rulebook.rules
    ]


@router.get("/drafts")
def get_drafts(_: Trainer, services: WithServices) -> list[DraftView]:
    """List the drafts, the one changed last first."""
    with services.database.reading() as session:
        drafts = list_drafts(session)
    return [_shown(services, one) for one in drafts]


@router.get("/{rule_id}")
def get_rule(rule_id: RuleId, _: Trainer, services: WithServices) -> RuleView:
    """Return the document of a rule in force, with its versions."""
    document = keeping.document_in_force(services, rule_id)
    with services.database.reading() as session:
        versions = versions_of(session, rule_id)
    return RuleView(id=rule_id, document=document, versions=[VersionView.model_validate(one) for one in versions])


@router.get("/{rule_id}/draft")
def get_rule_draft(rule_id: RuleId, _: Trainer, services: WithServices) -> DraftView:
    """Return the draft of a rule with what is wrong with it."""
    with services.database.reading() as session:
        draft = get_draft(session, rule_id)
    return _shown(services, draft)


@router.put("/{rule_id}/draft")
def put_rule_draft(
    rule_id: RuleId, body: DraftBody, request: Request, principal: Trainer, services: WithServices
) -> DraftView:
    """Keep a document as the draft; faults are told, and hinder no keeping. Its version is set when it is published."""
    draft = keeping.save_document(services, rule_id, body.document, body.number, by(request, principal))
    return _shown(services, draft)


@router.delete("/{rule_id}/draft", status_code=204)
def delete_rule_draft(rule_id: RuleId, request: Request, principal: Trainer, services: WithServices) -> None:
    """Discard the draft."""
    keeping.discard(services, rule_id, by(request, principal))


@router.post("/{rule_id}/draft/trial")
def post_rule_trial(
    rule_id: RuleId, body: TrialBody, request: Request, principal: Trainer, services: WithServices
) -> TrialView:
    """Try the draft on the latest calls; nothing is changed by it."""
    tried = keeping.try_draft(services, principal, rule_id, body.calls, by(request, principal), sound=body.sound)
    return TrialView(
        calls=tried.calls,
        reviewed_calls=tried.reviewed_calls,
        left_out=tried.left_out,
        unreadable=tried.unreadable,
        unjudged=tried.unjudged,
        failed=tried.failed,
        counts=dict(tried.counts),
        new=[_place(one) for one in tried.new],
        gone=[_place(one) for one in tried.gone],
        kept=[_place(one) for one in tried.kept],
        missed=[_place(one) for one in tried.missed],
    )


@router.post("/{rule_id}/draft/publish")
def post_rule_publish(
    rule_id: RuleId, body: ReasonBody, request: Request, principal: Trainer, services: WithServices
) -> RuleView:
    """Have the draft in force from the next call on."""
    keeping.publish_draft(services, rule_id, body.reason, by(request, principal))
    return get_rule(rule_id, principal, services)


@router.post("/{rule_id}/withdraw", status_code=204)
def post_rule_withdraw(
    rule_id: RuleId, body: ReasonBody, request: Request, principal: Trainer, services: WithServices
) -> None:
    """End what was published: the rulebook's own version is in force again, or there is no such rule any more."""
    keeping.withdraw_rule(services, rule_id, body.reason, by(request, principal))


def _shown(services: Services, draft: RuleDraft) -> DraftView:
    checked = check(services, draft.rule_id, draft.document)
    return DraftView(
        id=draft.rule_id,
        document=draft.document,
        number=draft.number,
        changed_by=draft.changed_by,
        changed_at=draft.changed_at,
        faults=[FaultView(line=one.line, what=one.what, remedy=one.remedy) for one in checked.faults],
        wrong_examples=[
            ExampleView(text=one.example.text, is_hit=one.is_hit, problem=one.problem)
            for one in checked.examples
            if one.problem
        ],
        is_tried=draft.trial is not None,
    )


def _place(one: ShownPlace) -> PlaceView:
    values: dict[str, Any] = {
        "call_id": one.call.id,
        "text": one.before + one.said + one.after,
        "verdict": one.verdict,
        "confidence": one.confidence,
    }
    return PlaceView(start_s=one.start_s, end_s=one.end_s, said=one.said, **values)
