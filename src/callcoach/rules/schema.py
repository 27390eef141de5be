"""What rule documents, exceptions and book headers look like on disk: the edge, checked by pydantic.

Takes plain data from YAML, gives typed models or pydantic's complaints. Conditions are checked
apart, by their kinds, since their parameters differ.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callcoach.datapath import CallEventKind, Direction, Severity
from callcoach.rules.scope import InForce

RULE_ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$"
MIN_EXAMPLES = 3
"""Hits, and misses, each rule must bring (guidelines, before section A)."""

Text = Annotated[str, Field(min_length=1)]


class AppliesTo(StrEnum):
    """Whose conduct a rule judges."""

    AGENT = "agent"
    CUSTOMER = "customer"
    ANYONE = "anyone"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Strict):
    """The same words in Chinese and English."""

    zh: Text
    en: Text


class Source(_Strict):
    """Where a rule comes from: a document and the phrase it stands on."""

    document: Text
    phrase: Text


class Effect(_Strict):
    """What a finding costs, where the rubric's defaults are not meant."""

    dimension: str = ""
    points: Annotated[float, Field(ge=0, le=100)] | None = None


class DatesInForce(_Strict):
    """The first and the last day on which a rule is in force, judged by the call's start."""

    first_day: Annotated[date | None, Field(alias="from")] = None
    last_day: Annotated[date | None, Field(alias="until")] = None

    @model_validator(mode="after")
    def _in_order(self) -> DatesInForce:
        InForce(self.first_day, self.last_day)
        return self


class ScopeDocument(_Strict):
    """Whose calls a rule is for; what is left out does not matter."""

    queues: tuple[Text, ...] = ()
    teams: tuple[Text, ...] = ()
    directions: tuple[Literal[Direction.INBOUND, Direction.OUTBOUND], ...] = ()


class SceneTurn(_Strict):
    """One turn of a measured example."""

    who: Literal["agent", "customer", "unknown"]
    at: Annotated[tuple[float, float], Field(description="start and end, s")]
    say: str = "嗯"
    level_dbfs: float = -30.0
    swing_semitones: Annotated[float, Field(description="the pitch swings so far up and down, semitones")] = 3.0
    higher_semitones: Annotated[float, Field(description="the voice lies so much higher than usual, semitones")] = 0.0


class SceneSound(_Strict):
    """Sound without speech on one side of a measured example; music holds a pitch, noise and keys have none."""

    kind: Literal["music", "noise", "typing"] = "music"

    who: Literal["agent", "customer", "unknown"]
    at: tuple[float, float]
    level_dbfs: float = -30.0


class SceneLoss(_Strict):
    """A stretch of a measured example in which one side's line lost the sound."""

    who: Literal["agent", "customer", "unknown"]
    at: tuple[float, float]


class SceneEvent(_Strict):
    """A call event of a measured example."""

    kind: CallEventKind
    at_s: float
    by: Literal["agent", "customer", "unknown"] = "unknown"


class SceneCall(_Strict):
    """Facts of the call in a measured example."""

    direction: Direction = Direction.UNKNOWN
    ended_by: Literal["agent", "customer"] | None = None
    queue: str = ""
    tags: tuple[str, ...] = ()


class Scene(_Strict):
    """A small conversation described by its times and levels; `finds` are spans in seconds."""

    why: str = ""
    duration_s: Annotated[float, Field(gt=0)] | None = None
    turns: Annotated[tuple[SceneTurn, ...], Field(min_length=1)]
    sounds: tuple[SceneSound, ...] = ()
    lost: tuple[SceneLoss, ...] = ()
    events: tuple[SceneEvent, ...] = ()
    call: SceneCall = SceneCall()
    floor_dbfs: Annotated[float, Field(description="level where nothing is heard, dBFS")] = -60.0
    finds: tuple[tuple[float, float], ...] = ()


class Dialogue(_Strict):
    """A small conversation of lines that begin with 坐席： or 客户：, and why it is an example."""

    why: str = ""
    lines: Annotated[tuple[Text, ...], Field(min_length=1)]


class SaidMiss(_Strict):
    """A sentence that must not match, with the reason."""

    say: Text
    why: Text


ExampleDocument = Annotated[str | SaidMiss | Dialogue | Scene, Field(union_mode="smart")]


class RuleDocument(_Strict):
    """One rule, as written in a YAML document."""

    id: Annotated[str, Field(pattern=RULE_ID)]
    version: Annotated[int, Field(ge=1)]
    name: Bilingual
    category: Text
    severity: Severity
    applies_to: AppliesTo
    condition: dict[str, Any]
    exceptions: tuple[str, ...] = ()
    advice: Bilingual
    source: Source
    effect: Effect = Effect()
    review_only: bool = False
    in_force: DatesInForce = DatesInForce()
    scope: ScopeDocument = ScopeDocument()
    supersedes: tuple[Text, ...] = ()
    hits: Annotated[tuple[Any, ...], Field(min_length=MIN_EXAMPLES)]
    misses: Annotated[tuple[Any, ...], Field(min_length=MIN_EXAMPLES)]


class ExceptionDocument(_Strict):
    """One named exception, as written in a YAML document."""

    exception: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Bilingual
    why: Text
    patterns: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    word_boundary: bool = False
    enabled: bool = True


class BookDocument(_Strict):
    """Header of a rulebook folder, `_book.yaml`."""

    rulebook: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Text
    name: Bilingual
    utc_offset: Annotated[str, Field(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")] = "+08:00"
    """Where the days of the rules' dates begin and end."""
