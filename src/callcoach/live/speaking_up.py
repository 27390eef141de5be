"""Which rules speak up while the call goes on, and how often: hints help only as long as they do not disturb.

A hint is given at most every `PAUSE_S`, the worst first; one that waited longer than `STALE_S` is dropped, and the
same rule keeps silent for `REPEAT_S` after it spoke.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


class HintPacer:
    """Chooses among what could be said to the agent."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Rule, Match, float]] = {}
        self._spoke_at_s: dict[str, float] = {}
        self._last_s = -PAUSE_S
        self._given = 0

    def offer(self, found: Iterable[tuple[Rule, Match]], now_s: float) -> None:
        """Take what was found at `now_s`."""
        for rule, match in found:
            if now_s - self._spoke_at_s.get(rule.id, -REPEAT_S) >= REPEAT_S:
                self._waiting.setdefault(rule.id, (rule, match, now_s))

    def due(self, now_s: float) -> Hint | None:
        """Return the hint to be given now; None: none, or it is too soon."""
        self._waiting = {key: one for key, one in self._waiting.items() if now_s - one[2] <= STALE_S}
        if not self._waiting or now_s - self._last_s < PAUSE_S:
            return None
        rule, match, _ = max(self._waiting.values(), key=lambda one: (_gravity(one[0], one[1]), one[2]))
        del self._waiting[rule.id]
        self._spoke_at_s[rule.id] = self._last_s = now_s
        self._given += 1
        return _hint(self._given, rule, match, now_s)


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
