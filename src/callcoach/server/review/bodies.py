"""What is sent to change a review. `expected_version` is the `version` of the review the person was looking at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from callcoach.datapath import MAX_SCORE, Direction, Speaker
from callcoach.review.acts import Outcome, Verdict
from callcoach.review.periods import PeriodUnit
from callcoach.review.sampling import Method, QuotaPer
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.reviews.plans import PlanTerms

MAX_TEXT = 2000
"""Letters of a reason or note: a page of Chinese."""
MAX_DURATION_S = 360_000.0
"""A hundred hours: longer than any call, so that what is beyond is a mistake."""


def _storable(text: str) -> str:
    # PostgreSQL keeps no NUL in text, and no keyboard types one.
    if "\x00" in text:
        raise ValueError("a NUL character cannot be stored; leave it out")
    return text


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this time lies outside the calendar") from error


Storable = AfterValidator(_storable)
Key = Annotated[int, Field(ge=0, le=MAX_KEY)]
Text = Annotated[str, Field(max_length=MAX_TEXT), Storable]
Words = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), Storable]
Name = Annotated[str, Field(min_length=1, max_length=120), Storable]
CallId = Name
Time = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Seconds = Annotated[float, Field(ge=0, le=MAX_DURATION_S, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=0, le=MAX_SCORE, allow_inf_nan=False)]


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class Change(BaseModel):
    """A change without more to say."""

    model_config = _example(expected_version=4)

    expected_version: Key = Field(description="`version` of the review that was looked at; 0 before any change.")
    reason: Text = ""

    @property
    def confirm_remaining(self) -> bool:
        """Whether a finish confirms what has no verdict yet."""
        return False


class VerdictBody(Change):
    """Confirm or reject a finding of the machine. A rejection needs a reason."""

    model_config = _example(
        expected_version=4, finding_id="neg.no-1", verdict="rejected", reason="客户的话，不是坐席说的"
    )

    finding_id: Name
    verdict: Verdict


class FindingBody(Change):
    """Add a finding the machine missed, by a stretch of sound."""

    model_config = _example(
        expected_version=4,
        rule_id="apology.alone",
        speaker="agent",
        start_s=61.2,
        end_s=63.0,
        note="只道歉，没有给办法",
    )

    rule_id: Name = Field(description="Of the rulebook; see `/review/rules`.")
    speaker: Speaker
    start_s: Seconds
    end_s: Seconds
    note: Text = ""


class CorrectionBody(Change):
    """Say what was really said in a turn; the machine's text stays beside it."""

    model_config = _example(expected_version=4, turn=12, text="这不关我的事")

    turn: Key = Field(description="Number of the turn, from 0.")
    text: Text


class OverrideBody(Change):
    """Set what a dimension has left, whatever its findings take. Needs a reason."""

    model_config = _example(expected_version=4, dimension="attitude", points=18, reason="客户先辱骂，坐席克制")

    dimension: Name
    points: Points


class NoteBody(Change):
    """Say something about a moment of the call."""

    model_config = _example(expected_version=4, at_s=33.5, text="这里安抚得很好，可作示范")

    at_s: Seconds
    text: Words


class UndoBody(Change):
    """Take an earlier change out of force; of an undo: bring back what it took out."""

    model_config = _example(expected_version=5, number=3)

    number: Annotated[int, Field(ge=1, le=MAX_KEY)] = Field(description="`number` of the event in the history.")


class FinishBody(Change):
    """End the review; the agent's time to appeal begins."""

    model_config = _example(expected_version=5, confirm_rest=True)

    confirm_rest: bool = Field(
        default=False,
        description="Confirm every scored finding that has no verdict; those to be reviewed still need one.",
    )

    @property
    def confirm_remaining(self) -> bool:
        """Whether a finish confirms what has no verdict yet."""
        return self.confirm_rest


class ReasonedChange(Change):
    """A change that needs a reason."""

    model_config = _example(expected_version=6, reason="漏听了一段")

    reason: Words  # pyright: ignore[reportGeneralTypeIssues]


class AppealBody(ReasonedChange):
    """Object to findings or dimensions of a finished review."""

    model_config = _example(expected_version=6, finding_ids=["neg.no-1"], dimensions=[], reason="当时是在重复客户的话")

    finding_ids: Annotated[list[Name], Field(max_length=500)] = []
    dimensions: Annotated[list[Name], Field(max_length=100)] = []


class DecisionBody(ReasonedChange):
    """End an appeal, for good."""

    model_config = _example(expected_version=8, outcome="partly", reason="第一处撤销，第二处维持")

    outcome: Outcome


class AssignBody(BaseModel):
    """Give a call to somebody to review."""

    model_config = _example(call_id="20260105-0900-806", person_id=7, due_workdays=3)

    call_id: CallId
    person_id: Key
    due_workdays: Annotated[int, Field(ge=0, le=365)] = 3


class HandOnBody(BaseModel):
    """Give an open assignment to somebody else."""

    model_config = _example(person_id=8, reason="休假")

    person_id: Key
    reason: Words


class SkipBody(BaseModel):
    """Close an assignment without a review."""

    model_config = _example(reason="录音只有忙音")

    reason: Words


class DrawBody(BaseModel):
    """What is drawn from a period, and how."""

    model_config = _example(method="stratified", period="week", quota=2, per="agent", seed=2026)

    method: Method
    period: PeriodUnit
    quota: Annotated[int, Field(ge=1, le=1000)] = Field(description="Calls of a period, of each agent or in all.")
    per: QuotaPer = QuotaPer.ALL
    seed: Annotated[int, Field(ge=0, le=MAX_KEY)] = Field(default=0, description="Another seed draws other calls.")
    team_ids: Annotated[list[Key], Field(max_length=500)] = []
    direction: Direction | None = None
    duration_min_s: Seconds | None = None
    duration_max_s: Seconds | None = None

    def terms(self) -> PlanTerms:
        """Return what is to be drawn, as the store keeps it."""
        return PlanTerms(
            name="",
            method=self.method,
            period=self.period,
            quota=self.quota,
            per=self.per,
            seed=self.seed,
            due_workdays=0,
            reviewer_ids=(),
            team_ids=tuple(self.team_ids),
            direction=self.direction,
            duration_min_s=self.duration_min_s,
            duration_max_s=self.duration_max_s,
        )


class PlanBody(DrawBody):
    """A sampling plan. It draws at the end of each period, from that period's calls."""

    model_config = _example(
        name="每周每人两通", method="stratified", period="week", quota=2, per="agent", reviewer_ids=[7, 8], seed=2026
    )

    name: Name
    due_workdays: Annotated[int, Field(ge=0, le=365)] = 3
    reviewer_ids: Annotated[list[Key], Field(min_length=1, max_length=200)]

    def terms(self) -> PlanTerms:
        """Return what is to be drawn, as the store keeps it."""
        more = {"due_workdays": self.due_workdays, "reviewer_ids": tuple(self.reviewer_ids)}
        return replace(super().terms(), name=self.name, **more)


class RoundBody(BaseModel):
    """A calibration round: these people review these calls, blind to each other."""

    model_config = _example(name="一月校准", call_ids=["c1", "c2"], reviewer_ids=[7, 8, 9])

    name: Name
    call_ids: Annotated[list[CallId], Field(min_length=1, max_length=200)]
    reviewer_ids: Annotated[list[Key], Field(min_length=2, max_length=50)]
    due_at: Time | None = None
