"""`/api/v1/surveys`, `/api/v1/follow-ups` and `/api/v1/follow-up-plans`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.around.follow_ups import FollowUpSource, FollowUpState, FollowUpTerms
from callcoach.around.surveys import MOST_QUESTIONS, Question, QuestionKind, answers_by_keys
from callcoach.customers.numbers import number_key
from callcoach.customers.tiers import Tier
from callcoach.datapath import Direction
from callcoach.errors import ConflictError, InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.server.surveys.asking import answer, detail_of, not_answered
from callcoach.server.surveys.follow_up_plan_pages import add_plan, end_plan
from callcoach.store.around.follow_up_plans import FollowUpPlan, list_follow_up_plans
from callcoach.store.around.follow_ups import (
    FollowUp,
    FollowUpFilter,
    KeyedIn,
    Response,
    add_keyed_in,
    get_follow_up,
    keep_answers,
    list_follow_ups,
    responses_of,
)
from callcoach.store.around.surveys import (
    Survey,
    get_survey,
    list_surveys,
    publish_survey,
    put_survey,
    version_in_force,
)
from callcoach.store.audit import note
from callcoach.store.calls import get_call
from callcoach.store.keyset import MAX_KEY

router = APIRouter(tags=["surveys"])

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
Writer = Annotated[Principal, Depends(require(Permission.CALL_TEXTS))]
Planner = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_KEEP))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]
KeyInBody = Annotated[int, Field(ge=0, le=MAX_KEY)]
Short = Annotated[str, Field(max_length=2000)]


class Body(BaseModel):
    """Body of a request: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class QuestionBody(Body):
    """A question."""

    text: str = Field(min_length=1, max_length=300)
    kind: QuestionKind
    optional: bool = False
    low: int | None = Field(
        default=None, ge=0, le=10, description="An answer of this or less: the customer is dissatisfied."
    )


class SurveyBody(Body):
    """A survey as it is written; other questions than before make a new version."""

    name: str = Field(min_length=1, max_length=120)
    opening: str = Field(default="", max_length=2000, description="What the agent says first.")
    questions: list[QuestionBody] = Field(min_length=1, max_length=MOST_QUESTIONS)

    def read(self) -> tuple[Question, ...]:
        """Return the questions as the store takes them."""
        return tuple(Question(one.text, one.kind, one.optional, one.low) for one in self.questions)


class SurveyView(BaseModel):
    """A survey with its newest version."""

    id: int
    name: str
    opening: str
    questions: list[QuestionBody]
    version: int
    version_id: int
    in_force: int | None = Field(description="Number of the version that is asked; null: none.")

    @classmethod
    def of(cls, one: Survey) -> SurveyView:
        """Return a survey as the API shows it."""
        questions = [
            QuestionBody.model_construct(text=q.text, kind=q.kind, optional=q.optional, low=q.low)
            for q in one.newest.questions
        ]
        return cls(
            id=one.id,
            name=one.name,
            opening=one.newest.opening,
            questions=questions,
            version=one.newest.number,
            version_id=one.newest.id,
            in_force=one.published,
        )


class InForceBody(Body):
    """Whether the newest version is asked."""

    in_force: bool


class KeyedBody(Body):
    """Answers that a PBX's announcement took by keys right after a call."""

    call_id: str = Field(default="", max_length=120, description="The call, where it was handed in already.")
    number: str = Field(default="", max_length=64, description="The customer's number, where the call is not known.")
    keys: list[Annotated[str, Field(max_length=2, pattern=r"^\d{0,2}$")]] = Field(
        min_length=1,
        max_length=MOST_QUESTIONS,
        description="One entry a question that is answered by a number, in their order; empty: left out; "
        "1 is yes, 2 is no.",
    )


class AnswerView(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)

    question: int
    kind: QuestionKind
    value: int | None
    text: str


class ResponseView(BaseModel):
    """What was answered at one time."""

    number: int
    version: int
    at: datetime
    person: str
    by_keys: bool
    is_dissatisfied: bool
    callback_id: int | None
    answers: list[AnswerView]

    @classmethod
    def of(cls, one: Response) -> ResponseView:
        """Return it as the API shows it."""
        return cls(
            number=one.number,
            version=one.version.number,
            at=one.at,
            person=one.person,
            by_keys=one.by_keys,
            is_dissatisfied=one.is_dissatisfied,
            callback_id=one.callback_id,
            answers=[AnswerView.model_validate(answer) for answer in one.answers],
        )


class FollowUpView(BaseModel):
    """A customer to be asked, or who was; the newest response counts."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    plan_id: int | None
    survey_id: int
    call_id: str
    complaint_id: int | None
    lead_id: int | None
    number: str
    customer: str
    agent_id: int | None
    queue: str
    state: FollowUpState
    due_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    asker: str
    remark: str
    responses: list[ResponseView] = []

    @classmethod
    def with_answers(cls, one: FollowUp, responses: tuple[Response, ...]) -> FollowUpView:
        """Return it as the API shows it."""
        view = cls.model_validate({name: getattr(one, name) for name in cls.model_fields if name != "responses"})
        return view.model_copy(update={"responses": [ResponseView.of(response) for response in responses]})


class FollowUpsView(BaseModel):
    """A page of the list."""

    follow_ups: list[FollowUpView]
    next_cursor: str


class AnswersBody(Body):
    """What a customer answered, by the question's number from 0."""

    version_id: KeyInBody = Field(description="The version that was asked.")
    answers: dict[Annotated[int, Field(ge=0, lt=MOST_QUESTIONS)], Short]


class DeclineBody(Body):
    """Why there are no answers."""

    remark: str = Field(default="", max_length=2000)


class PlanBody(Body):
    """Whom to ask, when, by which survey."""

    name: str = Field(min_length=1, max_length=100)
    survey_id: KeyInBody
    source: FollowUpSource = FollowUpSource.CALLS
    share_percent: float = Field(default=10.0, ge=0.1, le=100)
    seed: int = Field(default=1, ge=0, le=MAX_KEY)
    delay_h: float = Field(default=24.0, ge=0, le=1440, description="Due so long after the end, in hours.")
    within_h: float = Field(default=72.0, ge=1, le=1440, description="Asked no more so long after that, in hours.")
    rest_days: int = Field(default=30, ge=0, le=3650, description="A customer is not asked again within so long.")
    queue: str = Field(default="", max_length=120)
    direction: Direction | None = None
    tier: Tier | None = None
    with_complaint: bool | None = None
    team_id: KeyInBody | None = None


class PlanView(BaseModel):
    """A plan with how far it is."""

    id: int
    terms: PlanBody
    campaign_id: int
    made_at: datetime
    ended_at: datetime | None
    counts: dict[FollowUpState, int]

    @classmethod
    def of(cls, one: FollowUpPlan) -> PlanView:
        """Return a plan as the API shows it."""
        terms = PlanBody.model_construct(**{name: getattr(one.terms, name) for name in PlanBody.model_fields})
        return cls(
            id=one.id,
            terms=terms,
            campaign_id=one.campaign_id,
            made_at=one.made_at,
            ended_at=one.ended_at,
            counts=one.counts,
        )


@router.get("/surveys")
def get_surveys(_: Agent, services: WithServices) -> list[SurveyView]:
    """List the surveys."""
    with services.database.reading() as session:
        return [SurveyView.of(one) for one in list_surveys(session)]


@router.post("/surveys", status_code=201)
def post_survey(body: SurveyBody, request: Request, principal: Writer, services: WithServices) -> SurveyView:
    """Write a survey, as a draft."""
    with services.database.writing() as session:
        made = put_survey(
            session, body.name, body.opening, body.read(), person_id=principal.person_id, now=services.now()
        )
        about, detail = ("survey", str(made.id)), {"name": made.name, "version": made.newest.number}
        note(session, "survey.add", about=about, detail=detail, **by(request, principal))
    return SurveyView.of(made)


@router.get("/surveys/{survey_id}")
def get_one_survey(survey_id: Key, _: Agent, services: WithServices) -> SurveyView:
    """Return a survey."""
    with services.database.reading() as session:
        return SurveyView.of(get_survey(session, survey_id))


@router.put("/surveys/{survey_id}")
def put_one_survey(
    survey_id: Key, body: SurveyBody, request: Request, principal: Writer, services: WithServices
) -> SurveyView:
    """Change a survey; other questions are a draft until they are put in force."""
    with services.database.writing() as session:
        made = put_survey(
            session,
            body.name,
            body.opening,
            body.read(),
            person_id=principal.person_id,
            now=services.now(),
            survey_id=survey_id,
        )
        about, detail = ("survey", str(made.id)), {"name": made.name, "version": made.newest.number}
        note(session, "survey.change", about=about, detail=detail, **by(request, principal))
    return SurveyView.of(made)


@router.post("/surveys/{survey_id}/in-force")
def post_in_force(
    survey_id: Key, body: InForceBody, request: Request, principal: Writer, services: WithServices
) -> SurveyView:
    """Have the newest version asked, or the survey no more."""
    with services.database.writing() as session:
        made = publish_survey(session, survey_id, in_force=body.in_force)
        about, detail = ("survey", str(made.id)), {"name": made.name, "version": made.published or 0}
        if body.in_force:
            note(session, "survey.publish", about=about, detail=detail, **by(request, principal))
        else:
            note(session, "survey.withdraw", about=about, detail=detail, **by(request, principal))
    return SurveyView.of(made)


@router.post("/surveys/{survey_id}/keyed-answers", status_code=201)
def post_keyed(
    survey_id: Key, body: KeyedBody, request: Request, principal: Agent, services: WithServices
) -> ResponseView:
    """Take what a PBX's announcement was answered by keys after a call; 409: the survey is not in force."""
    if not body.call_id and not number_key(body.number):
        raise InputError("Say which call it was, or the customer's number.", "请给出通话编号或客户号码。")
    now = services.now()
    with services.database.writing() as session:
        get_survey(session, survey_id)
        version = version_in_force(session, survey_id)
        if version is None:
            raise ConflictError(f"The survey {survey_id} is not in force. Publish it.", "问卷没有启用，请先启用。")
        call = get_call(session, principal, body.call_id) if body.call_id else None
        number = call.number if call else body.number
        keyed = KeyedIn(survey_id, number, number_key(number), call.pk if call else None)
        follow_up_id = add_keyed_in(session, keyed, now)
        kept = keep_answers(
            session,
            principal.person_id,
            follow_up_id,
            version.id,
            answers_by_keys(version.questions, body.keys),
            callback_after=timedelta(hours=services.settings.callbacks.usual_h),
            now=now,
            by_keys=True,
        )
        about = ("follow_up", str(follow_up_id))
        note(session, "follow_up.answer", about=about, detail=detail_of(kept), **by(request, principal))
    return ResponseView.of(kept)


@router.get("/follow-ups")
def get_follow_ups(
    *,
    principal: Agent,
    services: WithServices,
    state: FollowUpState | None = None,
    plan_id: Annotated[int | None, Query(ge=0, le=MAX_KEY)] = None,
    survey_id: Annotated[int | None, Query(ge=0, le=MAX_KEY)] = None,
    agent_id: Annotated[int | None, Query(ge=0, le=MAX_KEY)] = None,
    after: Annotated[str, Query(max_length=400, description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FollowUpsView:
    """List follow-ups one may see, the latest due first."""
    wanted = FollowUpFilter((state,) if state else (), plan_id, survey_id, agent_id)
    with services.database.reading() as session:
        page = list_follow_ups(session, principal, wanted, after=after, limit=limit)
        answers = responses_of(session, [one.id for one in page.follow_ups])
    views = [FollowUpView.with_answers(one, answers.get(one.id, ())) for one in page.follow_ups]
    return FollowUpsView(follow_ups=views, next_cursor=page.next_cursor)


@router.get("/follow-ups/{follow_up_id}")
def get_one_follow_up(follow_up_id: Key, principal: Agent, services: WithServices) -> FollowUpView:
    """Return a follow-up with all that was answered, the newest first."""
    with services.database.reading() as session:
        one = get_follow_up(session, principal, follow_up_id)
        return FollowUpView.with_answers(one, responses_of(session, (one.id,)).get(one.id, ()))


@router.post("/follow-ups/{follow_up_id}/answers", status_code=201)
def post_answers(
    follow_up_id: Key, body: AnswersBody, request: Request, principal: Agent, services: WithServices
) -> ResponseView:
    """Keep what a customer answered; who answered before has it put right, the earlier answers stay."""
    kept = answer(
        services,
        principal,
        follow_up_id,
        version_id=body.version_id,
        given=body.answers,
        doer=by(request, principal),
    )
    return ResponseView.of(kept)


@router.post("/follow-ups/{follow_up_id}/decline")
def post_decline(
    follow_up_id: Key, body: DeclineBody, request: Request, principal: Agent, services: WithServices
) -> FollowUpView:
    """Note that a customer was reached and does not answer."""
    not_answered(services, principal, follow_up_id, body.remark, by(request, principal))
    return get_one_follow_up(follow_up_id, principal, services)


@router.get("/follow-up-plans")
def get_plans(principal: Planner, services: WithServices) -> list[PlanView]:
    """List the plans, those in force first."""
    with services.database.reading() as session:
        return [PlanView.of(one) for one in list_follow_up_plans(session, principal)]


@router.post("/follow-up-plans", status_code=201)
def post_plan(body: PlanBody, request: Request, principal: Planner, services: WithServices) -> PlanView:
    """Make a plan, with the campaign that holds its numbers."""
    terms = FollowUpTerms(**body.model_dump())
    return PlanView.of(add_plan(services, principal, terms, by(request, principal)))


@router.post("/follow-up-plans/{plan_id}/end")
def post_end(plan_id: Key, request: Request, principal: Planner, services: WithServices) -> PlanView:
    """End a plan: it draws no more; what it drew is still asked until its time is over."""
    return PlanView.of(end_plan(services, principal, plan_id, by(request, principal)))
