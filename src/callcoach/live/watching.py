"""What can already be said of the words and the silence of this moment, before they are final.

Takes the last turns and what is being said, gives places that rules find there. A recogniser's text wavers while
it is open: a wording counts when it stood there for `CONFIRM_S`. Findings are not made here, only hints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from callcoach.datapath import Call, Conversation, LevelTrack, Speaker, Turn
from callcoach.rules.clock import RULE_TIME_LIMIT_S, RuleClock
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.kinds.dead_air import DeadAirCondition
from callcoach.rules.kinds.raised import RaisedCondition
from callcoach.rules.knowable import News, instant, worth_asking
from callcoach.rules.match import Match
from callcoach.rules.precedence import without_superseded
from callcoach.rules.runner import is_for, try_rule, why_not_evaluated
from callcoach.rules.view import ConversationView

CONFIRM_S = 0.15
"""A wording in open text must be seen again after this: more than one chunk of sound."""
CONTEXT_TURNS = 6
"""Finished turns that exceptions and conditions around a wording can look back on."""
AT_NOW_S = 0.3
"""A silence or a raised voice is going on when it ends this near to the moment."""

Found = tuple[Rule, Match]


class Watching:
    """Asks the rules that speak up about what is going on."""

    def __init__(self, rulebook: Rulebook, call: Call, speaks: frozenset[str]) -> None:
        empty = Conversation(call, 0.0, ())
        rules = [one for one in rulebook.rules if one.id in speaks and is_for(one, rulebook, empty)]
        self._rulebook = rulebook
        self._call = call
        self._worded = [one for one in rules if instant(one.condition)]
        self._measured = [one for one in rules if isinstance(one.condition, DeadAirCondition | RaisedCondition)]
        self._seen: dict[tuple[str, str], float] = {}

    def words(self, told: Sequence[Turn], open_turns: Sequence[Turn], now_s: float) -> list[Found]:
        """Return what stands in turns that are not finished and has stood there long enough."""
        context = told[-CONTEXT_TURNS:]
        view = self._view(_numbered([*context, *open_turns]), now_s)
        found: list[Found] = []
        for turn in view.turns[len(context) :]:
            patterns = frozenset(hit.pattern for hit in self._rulebook.finder.find(turn.text))
            news = News(patterns, turn=True)
            for rule in self._worded:
                if worth_asking(rule.condition, news) and self._may(rule, view):
                    found += [(rule, one) for one in try_rule(rule, view)[0] if one.turn_index == turn.turn.index]
        return self._confirmed(without_superseded(found), now_s)

    def moment(
        self, told: Sequence[Turn], open_turns: Sequence[Turn], levels: Mapping[Speaker, LevelTrack], now_s: float
    ) -> list[Found]:
        """Return the silence or the raised voice that is going on."""
        conversation = Conversation(self._call, now_s, tuple(_numbered([*told, *open_turns])), levels=dict(levels))
        view = ConversationView(conversation, self._rulebook.finder, RuleClock(RULE_TIME_LIMIT_S))
        return [
            (rule, match)
            for rule in self._measured
            if self._may(rule, view)
            for match in try_rule(rule, view)[0]
            if match.end_s >= now_s - AT_NOW_S
        ]

    def _view(self, turns: Iterable[Turn], now_s: float) -> ConversationView:
        conversation = Conversation(self._call, now_s, tuple(turns))
        return ConversationView(conversation, self._rulebook.finder, RuleClock(RULE_TIME_LIMIT_S))

    def _may(self, rule: Rule, view: ConversationView) -> bool:
        return why_not_evaluated(rule, self._rulebook, view.conversation) is None

    def _confirmed(self, found: Sequence[Found], now_s: float) -> list[Found]:
        """Keep what was seen before; remember the rest, and forget what is gone."""
        now = {(rule.id, match.quote): (rule, match) for rule, match in found}
        self._seen = {key: self._seen.get(key, now_s) for key in now}
        return [one for key, one in now.items() if now_s - self._seen[key] >= CONFIRM_S]


def _numbered(turns: Sequence[Turn]) -> list[Turn]:
    """Number turns from 0: what is open may begin before what was told."""
    return [
        Turn(index, turn.speaker, turn.start_s, turn.end_s, turn.text, turn.words) for index, turn in enumerate(turns)
    ]
