"""What every kind of condition is: a frozen, validated piece of a rule that finds places in a call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.match import Match, Need, SetAside
from callcoach.rules.pattern import spellings
from callcoach.rules.view import ConversationView, TurnView

CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
"""Unknown parameters are refused, so that a typing error in a rule does not pass silently."""


class Who(StrEnum):
    """Whose speech a condition looks at."""

    AGENT = "agent"
    CUSTOMER = "customer"
    ANYONE = "anyone"

    @property
    def speaker(self) -> Speaker | None:
        """The speaker meant; None for anyone."""
        return None if self is Who.ANYONE else Speaker(self.value)


def _is_phrase(pattern: str) -> str:
    spellings(pattern)
    return pattern


Phrase = Annotated[str, AfterValidator(_is_phrase)]
"""A phrase in the language of `callcoach.rules.pattern`."""

Seconds = Annotated[float, Field(ge=0, le=36_000)]


class Condition(ABC):
    """One question to a conversation. Subclasses are frozen dataclasses, one for each kind.

    Their fields are the parameters a rule document may set; the docstring's first line and the
    fields' descriptions are the reference documentation.
    """

    kind: ClassVar[str]
    children: ClassVar[tuple[str, ...]] = ()
    """Names of fields that hold conditions or tuples of conditions."""

    @abstractmethod
    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield every place where the condition holds, in order of time."""

    def needs(self) -> frozenset[Need]:
        """What a call must have for this condition to be evaluated."""
        return frozenset[Need]().union(*(child.needs() for child in self.parts()))

    def patterns(self) -> Iterator[str]:
        """Yield all phrases that must be searched for."""
        for child in self.parts():
            yield from child.patterns()

    def set_aside(self, view: ConversationView) -> Iterator[SetAside]:
        """Yield what was measured and left out for an innocent cause, for the explanation."""
        for child in self.parts():
            yield from child.set_aside(view)

    def parts(self) -> Iterator[Condition]:
        """Yield the conditions this one is made of."""
        for name in self.children:
            value = getattr(self, name)
            yield from value if isinstance(value, tuple) else (value,)


_KINDS: dict[str, type[Condition]] = {}
C = TypeVar("C", bound=type[Condition])


def register(kind: str) -> Callable[[C], C]:
    """Make a condition class known under the name that rule documents use."""

    def enter(cls: C) -> C:
        if kind in _KINDS:
            raise ValueError(f"rule kind {kind!r} is registered twice")
        cls.kind = kind
        _KINDS[kind] = cls
        return cls

    return enter


def kinds() -> Mapping[str, type[Condition]]:
    """All kinds by name."""
    return MappingProxyType(_KINDS)


TurnNumber = Annotated[int, Field(ge=-1000, le=1000)]
Percent = Annotated[float, Field(ge=0, le=100)]


@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class Position:
    """Part of the call that is looked at. Several limits must all hold.

    Turns are counted as the speaker's own: 1 is the first, 2 the second, -1 the last, -2 the one before it.
    """

    first_turns: Annotated[int, Field(ge=1, description="only the speaker's first n turns")] | None = None
    last_turns: Annotated[int, Field(ge=1, description="only the speaker's last n turns")] | None = None
    from_turn: Annotated[TurnNumber, Field(description="only from the n-th turn on; -1: the last")] | None = None
    to_turn: Annotated[TurnNumber, Field(description="only up to the n-th turn, it included; -1: the last")] | None = (
        None
    )
    first_s: Annotated[Seconds, Field(description="only what begins in the first n seconds")] | None = None
    last_s: Annotated[Seconds, Field(description="only what begins in the last n seconds")] | None = None
    from_s: Annotated[Seconds, Field(description="only what begins after n seconds of the call")] | None = None
    to_s: Annotated[Seconds, Field(description="only what begins before n seconds of the call are over")] | None = None
    first_percent: Annotated[Percent, Field(gt=0, description="only the first n % of the call")] | None = None
    last_percent: Annotated[Percent, Field(gt=0, description="only the last n % of the call")] | None = None
    from_percent: Annotated[Percent, Field(description="only after n % of the call")] | None = None
    to_percent: Annotated[Percent, Field(description="only before n % of the call are over")] | None = None

    @model_validator(mode="after")
    def _counts_from_one(self) -> Position:
        for name in ("from_turn", "to_turn"):
            if getattr(self, name) == 0:
                raise ValueError(
                    f"{name} 不能是 0，第一句是 1，最后一句是 -1 · {name} is 0; expected 1 or -1 for the last"
                )
        return self

    @property
    def by_turns(self) -> bool:
        """Whether turns are counted."""
        return any(one is not None for one in (self.first_turns, self.last_turns, self.from_turn, self.to_turn))

    def turns(self, view: ConversationView, speaker: Speaker | None) -> list[TurnView]:
        """Turns of `speaker` that begin inside this part of the call."""
        turns = list(view.turns_of(speaker))
        number = len(turns)
        first = max(_place(self.from_turn, number, 1), number - self.last_turns + 1 if self.last_turns else 1)
        last = min(_place(self.to_turn, number, number), self.first_turns or number)
        inside = turns[max(first - 1, 0) : max(last, 0)]
        return [one for one in inside if self.holds_time(one.turn.start_s, view.conversation.duration_s)]

    def holds(self, view: ConversationView, speaker: Speaker | None, turn: TurnView) -> bool:
        """Whether a turn is `speaker`'s and begins inside this part of the call."""
        if speaker is not None and turn.turn.speaker is not speaker:
            return False
        if self == ANYWHERE:
            return True
        return any(one is turn for one in self.turns(view, speaker))

    def holds_time(self, at_s: float, duration_s: float) -> bool:
        """Whether a moment lies inside the limits of time."""
        earliest = (
            None if self.last_s is None else duration_s - self.last_s,
            None if self.last_percent is None else duration_s * (1 - self.last_percent / 100),
            None if self.from_percent is None else duration_s * self.from_percent / 100,
            self.from_s,
        )
        latest = (
            None if self.first_percent is None else duration_s * self.first_percent / 100,
            None if self.to_percent is None else duration_s * self.to_percent / 100,
            self.first_s,
            self.to_s,
        )
        return all(one is None or one <= at_s for one in earliest) and all(one is None or at_s <= one for one in latest)


def _place(turn: int | None, number: int, default: int) -> int:
    """The turn meant, counted from 1, of `number` turns; negative numbers count from the end."""
    if turn is None:
        return default
    return turn if turn > 0 else number + turn + 1


ANYWHERE = Position()
