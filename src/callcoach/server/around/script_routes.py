"""`/api/v1/scripts`: call scripts written, published and read by other programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.around.scripts import MOST_SAY, MOST_STEPS, MOST_TITLE, Purpose, ScriptStep
from callcoach.datapath import Direction
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.around.scripts import Script, get_script, list_scripts, publish, put_script
from callcoach.store.audit import note
from callcoach.store.keyset import MAX_KEY

router = APIRouter(prefix="/scripts", tags=["scripts"])

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
Writer = Annotated[Principal, Depends(require(Permission.CALL_TEXTS))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]


class Body(BaseModel):
    """Body of a request: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class StepBody(Body):
    """A step."""

    title: str = Field(min_length=1, max_length=MOST_TITLE)
    say: str = Field(default="", max_length=MOST_SAY)
    optional: bool = False


class ScriptBody(Body):
    """A script as it is written; other steps than before make a new version, a draft until it is published."""

    name: str = Field(min_length=1, max_length=120)
    direction: Direction = Field(default=Direction.UNKNOWN, description="Of the calls it is for; unknown: both.")
    queue: str = Field(default="", max_length=120, description="Empty: any.")
    campaign_id: int | None = Field(default=None, ge=0, le=MAX_KEY)
    steps: list[StepBody] = Field(min_length=1, max_length=MOST_STEPS)

    @property
    def purpose(self) -> Purpose:
        """The calls it is for, as the store takes it."""
        return Purpose(self.direction, self.queue, self.campaign_id)

    def read(self) -> tuple[ScriptStep, ...]:
        """Return the steps as the store takes them."""
        return tuple(ScriptStep(one.title, one.say, one.optional) for one in self.steps)


class ScriptView(BaseModel):
    """A script with its newest version."""

    id: int
    name: str
    direction: Direction
    queue: str
    campaign_id: int | None
    version: int
    published: int | None = Field(description="Number of the version that desks show; null: none.")
    steps: list[StepBody]

    @classmethod
    def of(cls, one: Script) -> ScriptView:
        """Return a script as the API shows it."""
        steps = [
            StepBody.model_construct(title=step.title, say=step.say, optional=step.optional)
            for step in one.newest.steps
        ]
        return cls(
            id=one.id,
            name=one.name,
            direction=one.purpose.direction,
            queue=one.purpose.queue,
            campaign_id=one.purpose.campaign_id,
            version=one.newest.number,
            published=one.published,
            steps=steps,
        )


class PublishBody(Body):
    """Whether desks show the newest version."""

    shown: bool


@router.get("")
def get_scripts(_: Agent, services: WithServices) -> list[ScriptView]:
    """List the scripts."""
    with services.database.reading() as session:
        return [ScriptView.of(one) for one in list_scripts(session)]


@router.post("", status_code=201)
def post_script(body: ScriptBody, request: Request, principal: Writer, services: WithServices) -> ScriptView:
    """Write a script, as a draft."""
    with services.database.writing() as session:
        made = put_script(
            session, body.name, body.purpose, body.read(), person_id=principal.person_id, now=services.now()
        )
        about, detail = ("script", str(made.id)), {"name": made.name, "version": made.newest.number}
        note(session, "script.add", about=about, detail=detail, **by(request, principal))
    return ScriptView.of(made)


@router.get("/{script_id}")
def get_one(script_id: Key, _: Agent, services: WithServices) -> ScriptView:
    """Return a script."""
    with services.database.reading() as session:
        return ScriptView.of(get_script(session, script_id))


@router.put("/{script_id}")
def put_one(
    script_id: Key, body: ScriptBody, request: Request, principal: Writer, services: WithServices
) -> ScriptView:
    """Change a script; other steps are a draft until they are published."""
    with services.database.writing() as session:
        made = put_script(
            session,
            body.name,
            body.purpose,
            body.read(),
            person_id=principal.person_id,
            now=services.now(),
            script_id=script_id,
        )
        about, detail = ("script", str(made.id)), {"name": made.name, "version": made.newest.number}
        note(session, "script.change", about=about, detail=detail, **by(request, principal))
    return ScriptView.of(made)


@router.post("/{script_id}/publish")
def post_publish(
    script_id: Key, body: PublishBody, request: Request, principal: Writer, services: WithServices
) -> ScriptView:
    """Have desks show the newest version, or the script no more."""
    with services.database.writing() as session:
        made = publish(session, script_id, shown=body.shown)
        about, detail = ("script", str(script_id)), {"name": made.name, "version": made.published or 0}
        if body.shown:
            note(session, "script.publish", about=about, detail=detail, **by(request, principal))
        else:
            note(session, "script.withdraw", about=about, detail=detail, **by(request, principal))
    return ScriptView.of(made)
