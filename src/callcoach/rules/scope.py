"""Which calls a rule is for: from when until when it is in force, and for whose calls.

Takes a rule's dates and scope and what is known of a call; says whether the rule applies. What the
call does not tell is never guessed: the answer is then that it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, timezone, tzinfo
from enum import StrEnum

from callcoach.datapath import Call, Direction

DEFAULT_ZONE = timezone(timedelta(hours=8))
"""Days of a rule begin and end at midnight in China, which knows no summer time, wherever the computer stands."""


class Verdict(StrEnum):
    """Whether a rule applies to a call."""

    APPLIES = "applies"
    NOT_IN_FORCE = "not_in_force"
    OUT_OF_SCOPE = "out_of_scope"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Applicability:
    """A verdict and its reason; the reasons are empty when the rule applies."""

    verdict: Verdict
    reason_zh: str = ""
    reason_en: str = ""


APPLIES = Applicability(Verdict.APPLIES)


@dataclass(frozen=True, slots=True)
class InForce:
    """The first and the last day on which a rule is in force, both included; None: no such limit."""

    first_day: date | None = None
    last_day: date | None = None

    def __post_init__(self) -> None:
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError(f"起于 {self.first_day}，止于 {self.last_day}，先后颠倒 · expected from <= until")

    def judge(self, call: Call, zone: tzinfo) -> Applicability:
        """Whether the call was set up on a day on which the rule is in force."""
        if self.first_day is None and self.last_day is None:
            return APPLIES
        if call.started_at is None:
            return Applicability(
                Verdict.UNKNOWN,
                "不知道通话的时间，规则有生效日期",
                "when the call was made is not known, and the rule has effective dates",
            )
        day = call.started_at.astimezone(zone).date()
        if self.first_day is not None and day < self.first_day:
            return _not_in_force(f"通话在 {day}，规则 {self.first_day} 起生效", f"call of {day}, from {self.first_day}")
        if self.last_day is not None and day > self.last_day:
            return _not_in_force(f"通话在 {day}，规则 {self.last_day} 后失效", f"call of {day}, until {self.last_day}")
        return APPLIES


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls a rule is for; an empty tuple: everyone's."""

    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    directions: tuple[Direction, ...] = ()

    def judge(self, call: Call) -> Applicability:
        """Whether the call is one of those: what is known and differs decides before what is unknown."""
        direction = "" if call.direction is Direction.UNKNOWN else call.direction.value
        limits = (
            ("队列", "queue", call.queue, self.queues),
            ("班组", "team", call.team, self.teams),
            ("呼叫方向", "direction", direction, tuple(one.value for one in self.directions)),
        )
        missing: list[tuple[str, str]] = []
        for zh, en, value, allowed in limits:
            if not allowed or value in allowed:
                continue
            if value:
                expected = ", ".join(allowed)
                return Applicability(
                    Verdict.OUT_OF_SCOPE, f"{zh}是 {value}，规则只管 {expected}", f"{en} {value}, not {expected}"
                )
            missing.append((zh, en))
        if not missing:
            return APPLIES
        return Applicability(
            Verdict.UNKNOWN,
            f"不知道通话的{'、'.join(zh for zh, _ in missing)}",
            f"the call's {', '.join(en for _, en in missing)} is not known",
        )


def _not_in_force(zh: str, en: str) -> Applicability:
    return Applicability(Verdict.NOT_IN_FORCE, zh, en)


ALWAYS = InForce()
EVERYWHERE = Scope()


def applicability(call: Call, in_force: InForce, scope: Scope, zone: tzinfo = DEFAULT_ZONE) -> Applicability:
    """Whether a rule with these dates and this scope applies to the call; a clear no wins over not knowing."""
    verdicts = (in_force.judge(call, zone), scope.judge(call))
    order = (Verdict.NOT_IN_FORCE, Verdict.OUT_OF_SCOPE, Verdict.UNKNOWN)
    return next((one for verdict in order for one in verdicts if one.verdict is verdict), APPLIES)
