"""Which rules speak up while the call goes on, and how often: hints help only as long as they do not disturb.

A hint is given at most every `PAUSE_S`, the worst first; one that waited longer than `STALE_S` is dropped, and so is
that of a silence or a voice that is over. The same rule keeps silent for `REPEAT_S` after it spoke, unless it becomes
graver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcoach.datapath import Severity, Speaker
from callcoach.live.updates import Hint
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.kinds.base import Who
from callcoach.rules.kinds.dead_air import DeadAirCondition
from callcoach.rules.kinds.raised import RaisedCondition
from callcoach.rules.kinds.talking import TalkOverCondition
from callcoach.rules.knowable import instant
from callcoach.rules.live import why_at_end
from callcoach.rules.match import Match
from callcoach.rules.quiet import QuietCause

PAUSE_S = 5.0
"""Shortest time between two new hints."""
STALE_S = 6.0
"""An agent who is told later no longer knows which sentence is meant."""
MOMENT_S = 1.0
"""What goes on is offered every half second; so long after the last time it is over."""
REPEAT_S = 20.0
ORDER = tuple(Severity)
"""Mildest first."""
WORDING = frozenset({"negative", "forbidden"})
"""Categories of rules about what should not be said."""


def speaks_by_default(rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the rules that speak up unless a trainer decides otherwise.

    What the agent should not have said, silence that nothing explains, a raised voice, and interrupting: all that a
    hint can still change in this call. What needs a person's judgement, or the end of the call, stays silent.
    """
    return frozenset(rule.id for rule in rulebook.rules if can_speak_up(rule, rulebook) and _can_still_change(rule))


def can_speak_up(rule: Rule, rulebook: Rulebook) -> bool:
    """Whether a rule can be judged while the call goes on, so that a trainer may have it speak up."""
    return not rule.review_only and why_at_end(rule, rulebook) is None


def speaking(rulebook: Rulebook, choices: Mapping[str, bool]) -> frozenset[str]:
    """Return the ids of the rules that speak up: the default, but for what trainers chose."""
    able = {rule.id for rule in rulebook.rules if can_speak_up(rule, rulebook)}
    chosen = {rule_id for rule_id, speaks in choices.items() if speaks}
    silent = {rule_id for rule_id, speaks in choices.items() if not speaks}
    return ((speaks_by_default(rulebook) | chosen) & able) - silent


def _can_still_change(rule: Rule) -> bool:
    match rule.condition:
        case DeadAirCondition(cause=cause):
            return cause is QuietCause.UNEXPLAINED
        case RaisedCondition(speaker=speaker):
            return speaker is Who.AGENT
        case TalkOverCondition():
            return rule.applies_to == Speaker.AGENT.value
        case condition:
            return rule.category in WORDING and instant(condition)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What could be said, until when it still helps."""

    rule: Rule
    match: Match
    since_s: float
    until_s: float

    @property
    def gravity(self) -> int:
        return _gravity(self.rule, self.match)


class HintPacer:
    """Chooses among what could be said to the agent."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._spoke: dict[str, tuple[float, int]] = {}
        """When each rule spoke last, and how grave it was."""
        self._last_s = -PAUSE_S
        self._given = 0

    def offer(self, found: Iterable[tuple[Rule, Match]], now_s: float, *, for_s: float = STALE_S) -> None:
        """Take what was found at `now_s` and is worth saying for `for_s`; what goes on is offered again and again."""
        for rule, match in found:
            spoke_s, gravity = self._spoke.get(rule.id, (-REPEAT_S, 0))
            if now_s - spoke_s < REPEAT_S and _gravity(rule, match) <= gravity:
                continue
            known = self._waiting.get(rule.id)
            since_s = known.since_s if known else now_s
            if known is None or _gravity(rule, match) >= known.gravity:
                self._waiting[rule.id] = _Waiting(rule, match, since_s, now_s + for_s)

    def due(self, now_s: float) -> Hint | None:
        """Return the hint to be given now; None: none, or it is too soon."""
        self._waiting = {key: one for key, one in self._waiting.items() if now_s <= one.until_s}
        if not self._waiting or now_s - self._last_s < PAUSE_S:
            return None
        one = max(self._waiting.values(), key=lambda one: (one.gravity, one.since_s))
        del self._waiting[one.rule.id]
        self._spoke[one.rule.id] = now_s, one.gravity
        self._last_s = now_s
        self._given += 1
        return _hint(self._given, one.rule, one.match, now_s)


def _gravity(rule: Rule, match: Match) -> int:
    return ORDER.index(match.severity or rule.severity)


def _hint(number: int, rule: Rule, match: Match, now_s: float) -> Hint:
    return Hint(
        number=number,
        rule_id=rule.id,
        name_zh=rule.name_zh,
        name_en=rule.name_en,
        severity=match.severity or rule.severity,
        quote=match.quote,
        value=match.value,
        unit=match.unit,
        advice_zh=rule.advice_zh,
        advice_en=rule.advice_en,
        start_s=match.start_s,
        end_s=match.end_s,
        at_s=round(now_s, 2),
    )
