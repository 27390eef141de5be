"""What can already be said of the words, the silence and the voice of this moment, before they are final.

Takes the last turns and what is being said, gives places that rules find there. A recogniser's text wavers while
it is open: a wording counts when it stood there for `CONFIRM_S`, or at once in an utterance that is closed. Findings
are not made here, only hints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from math import inf

from callcoach.datapath import Call, CallEvent, Conversation, Finding, Turn
from callcoach.live.sound import RunningSound
from callcoach.rules.clock import RULE_TIME_LIMIT_S, RuleClock
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.kinds.dead_air import DeadAirCondition
from callcoach.rules.kinds.raised import RaisedCondition
from callcoach.rules.knowable import News, instant, worth_asking
from callcoach.rules.loudness import BASELINE_REACH_S
from callcoach.rules.match import Match
from callcoach.rules.precedence import without_superseded
from callcoach.rules.runner import is_for, try_rule, why_not_evaluated
from callcoach.rules.view import ConversationView

CONFIRM_S = 0.15
"""A wording in open text must be seen again after this: more than one chunk of sound."""
CONTEXT_TURNS = 6
"""Finished turns that exceptions and conditions around a wording can look back on."""
AT_NOW_S = 0.3
"""A silence is going on when it ends this near to the moment."""
JUST_NOW_S = 2.0
"""A raised voice still concerns the agent this long after: it is certain only when its sentence is."""

Found = tuple[Rule, Match]
Turns = Sequence[Turn]


class Watching:
    """Asks the rules that speak up about what is going on."""

    def __init__(self, rulebook: Rulebook, call: Call, speaks: frozenset[str]) -> None:
        empty = Conversation(call, 0.0, ())
        rules = [one for one in rulebook.rules if one.id in speaks and is_for(one, rulebook, empty)]
        self._rulebook = rulebook
        self._call = call
        self._worded = [one for one in rules if instant(one.condition)]
        self._silent = [(one, one.condition) for one in rules if isinstance(one.condition, DeadAirCondition)]
        self._raised = [one for one in rules if isinstance(one.condition, RaisedCondition)]
        watched = {one.id for one in (*self._worded, *self._raised, *(rule for rule, _ in self._silent))}
        self._late = {one.id: one for one in rules if one.id not in watched}
        self._seen: dict[tuple[str, str], float] = {}
        self._asked: tuple[list[Turn], list[Found]] = ([], [])

    def hear_event(self, event: CallEvent) -> None:
        """Take an event of the call's signalling: a silence on hold has its reason."""
        self._call = replace(self._call, events=(*self._call.events, event))

    def words(self, told: Turns, open_turns: Turns, now_s: float) -> list[Found]:
        """Return what stands in turns that are not finished, and has stood there long enough."""
        turns = _numbered([*told[-CONTEXT_TURNS:], *open_turns])
        if [(one.start_s, one.text) for one in turns] != [(one.start_s, one.text) for one in self._asked[0]]:
            self._asked = turns, self._worded_in(turns, len(turns) - len(open_turns), now_s)
        return self._confirmed(turns, self._asked[1], now_s)

    def silence(
        self, told: Turns, open_turns: Turns, sound: RunningSound, now_s: float, *, since_s: float = -inf
    ) -> list[Found]:
        """Return the silence that is going on while nobody speaks, and became one after `since_s`."""
        said_s = max((one.end_s for one in (*told[-CONTEXT_TURNS:], *open_turns)), default=0.0)
        rules = [rule for rule, condition in self._silent if since_s < said_s + condition.warn_s <= now_s]
        return self._going_on(rules, [*told, *open_turns], sound, now_s, now_s - AT_NOW_S)

    def voice(self, told: Turns, open_turns: Turns, sound: RunningSound, now_s: float) -> list[Found]:
        """Return the raised voice that is going on, or was just now."""
        return self._going_on(self._raised, [*told, *open_turns], sound, now_s, now_s - JUST_NOW_S)

    def late(self, finding: Finding) -> list[Found]:
        """Return a finding's place when its rule speaks up, but can do so only when its finding is made."""
        rule = self._late.get(finding.rule_id)
        if rule is None:
            return []
        place = Match(
            finding.speaker,
            finding.start_s,
            finding.end_s,
            quote=finding.quote,
            value=finding.value,
            unit=finding.unit,
            severity=finding.severity,
        )
        return [(rule, place)]

    def _worded_in(self, turns: Turns, first: int, now_s: float) -> list[Found]:
        """Return what stands in the turns from `first` on."""
        view = self._view(Conversation(self._call, now_s, tuple(turns)))
        found: list[Found] = []
        for turn in view.turns[first:]:
            patterns = frozenset(hit.pattern for hit in self._rulebook.finder.find(turn.text))
            news = News(patterns, turn=True)
            for rule in self._worded:
                if worth_asking(rule.condition, news) and self._may(rule, view):
                    found += [(rule, one) for one in try_rule(rule, view)[0] if one.turn_index == turn.turn.index]
        return without_superseded(found)

    def _going_on(
        self, rules: Sequence[Rule], turns: Turns, sound: RunningSound, now_s: float, from_s: float
    ) -> list[Found]:
        """Return what the rules find that ends after `from_s`, looking back as far as a voice's usual level needs."""
        if not rules:
            return []
        recent = [*takewhile(lambda one: one.end_s >= now_s - BASELINE_REACH_S, reversed(turns))][::-1]
        measured = sound.measured()
        conversation = Conversation(
            self._call,
            now_s,
            tuple(_numbered(recent)),
            levels=measured.levels,
            pitches=measured.pitches,
            dropouts=measured.dropouts,
        )
        view = self._view(conversation)
        return [
            (rule, match)
            for rule in rules
            if self._may(rule, view)
            for match in try_rule(rule, view)[0]
            if match.end_s >= from_s
        ]

    def _view(self, conversation: Conversation) -> ConversationView:
        return ConversationView(conversation, self._rulebook.finder, RuleClock(RULE_TIME_LIMIT_S))

    def _may(self, rule: Rule, view: ConversationView) -> bool:
        return why_not_evaluated(rule, self._rulebook, view.conversation) is None

    def _confirmed(self, turns: Turns, found: Sequence[Found], now_s: float) -> list[Found]:
        """Keep what is closed or was seen before; remember the rest, and forget what is gone."""
        now = {(rule.id, match.quote): (rule, match) for rule, match in found}
        self._seen = {key: self._seen.get(key, now_s) for key in now}
        return [one for key, one in now.items() if _is_closed(turns, one[1]) or now_s - self._seen[key] >= CONFIRM_S]


def _is_closed(turns: Turns, match: Match) -> bool:
    """Whether the recogniser is done with the words of a place: only then have they times."""
    return match.turn_index is not None and bool(turns[match.turn_index].words)


def _numbered(turns: Iterable[Turn]) -> list[Turn]:
    """Number turns from 0: what is open may begin before what was told."""
    return [
        Turn(index, turn.speaker, turn.start_s, turn.end_s, turn.text, turn.words) for index, turn in enumerate(turns)
    ]
