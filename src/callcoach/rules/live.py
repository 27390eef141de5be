"""The rulebook over a call that still goes on: turns in as they come, findings out, each once.

What it finds is never taken back and is what the finished call gives: a rule that cannot be known before
the end is left to the end (`not_live` lists them with the reason). At each turn only the rules that the
turn concerns are asked again. Rules about sound are judged as far as the sound was given; where it is only
measured in the end, they wait. Findings are numbered in the order in which they were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from callcoach.datapath import (
    Call,
    CallEvent,
    Conversation,
    Finding,
    LevelTrack,
    PitchTrack,
    RuleFailure,
    RuleReport,
    Segment,
    Speaker,
    Turn,
)
from callcoach.rules.clock import RULE_TIME_LIMIT_S, RuleClock
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.knowable import (
    AtEnd,
    News,
    Progress,
    closed,
    final_to_s,
    instant,
    only_at_end,
    settled,
    worth_asking,
)
from callcoach.rules.match import Match, overlap
from callcoach.rules.precedence import superseders
from callcoach.rules.runner import apply_rules, is_for, make_finding, try_rule, why_not_evaluated
from callcoach.rules.view import ConversationView


@dataclass(frozen=True, slots=True)
class NotLive:
    """A rule that cannot be known before the end of the call, and why."""

    rule_id: str
    reason_zh: str
    reason_en: str


def not_live(rulebook: Rulebook) -> tuple[NotLive, ...]:
    """The rules that can only be judged when the call is over."""
    pairs = ((rule, why_at_end(rule, rulebook)) for rule in rulebook.rules)
    return tuple(NotLive(rule.id, why.zh, why.en) for rule, why in pairs if why)


def why_at_end(rule: Rule, rulebook: Rulebook) -> AtEnd | None:
    """Why a rule, or one that supersedes it, cannot be judged before the end; None: it can."""
    above = [one.condition for one in rulebook.rules if rule.id in one.supersedes]
    return next((why for one in (rule.condition, *above) if (why := only_at_end(one))), None)


@dataclass(slots=True)
class _Watch:
    """One rule over a live call: what it already told, and whether it must be asked again as time passes."""

    rule: Rule
    told: set[Match]
    waiting: bool = False


class LiveRules:
    """Judges one call as it goes. Feed it in order of time; it never looks back further than it must."""

    def __init__(
        self,
        rulebook: Rulebook,
        call: Call,
        *,
        separated: bool = True,
        with_levels: bool = True,
        limit_s: float = RULE_TIME_LIMIT_S,
    ) -> None:
        """Begin a call.

        Args:
            rulebook: what to look for.
            call: what is known of it now. Direction, queue, agent and tags are taken to stay; its events
                come by `hear_event`.
            separated: whether the speakers are on channels of their own.
            with_levels: whether the finished call will have levels and pitches; rules about sound then
                wait until `hear_sound` has brought them.
            limit_s: processor time of one rule at one turn.
        """
        self._rulebook = rulebook
        self._limit_s = limit_s
        self._sounded_to_s = 0.0 if with_levels else inf
        self._heard_to_s = 0.0
        self._new_events = bool(call.events)
        self._spoken_to_s = 0.0
        self._made = 0
        self._above = superseders(
            rule for rule in rulebook.rules if is_for(rule, rulebook, Conversation(call, 0.0, ()))
        )
        self._view = ConversationView(
            Conversation(call, 0.0, (), separated=separated), rulebook.finder, RuleClock(limit_s)
        )
        conversation = self._view.conversation
        self._watches = [
            _Watch(rule, set())
            for rule in rulebook.rules
            if is_for(rule, rulebook, conversation) and why_at_end(rule, rulebook) is None
        ]
        self.failures: list[RuleFailure] = []
        """Rules that crashed; they are left to the end of the call, which shows them too."""

    def hear(self, turn: Turn) -> tuple[Finding, ...]:
        """Take a finished turn; give what is now certain.

        Raises:
            ValueError: turns must come in order of their start, numbered from 0 without a gap.
        """
        expected = len(self._view.turns)
        if turn.index != expected or turn.start_s < self._heard_to_s:
            raise ValueError(
                f"turn {turn.index} at {turn.start_s} s: expected turn {expected}, not before {self._heard_to_s} s"
            )
        patterns = self._view.add(turn)
        return self._go_on(turn.start_s, News(patterns, turn=True, silence_s=self._silence_before_or_in(turn)))

    def hear_event(self, event: CallEvent) -> None:
        """Take an event of the call's signalling, before time goes past it.

        Raises:
            ValueError: time has gone past it.
        """
        if event.at_s < self._heard_to_s and self._heard_to_s > 0:
            raise ValueError(f"event {event.kind} at {event.at_s} s: expected not before {self._heard_to_s} s")
        self._new_events = True
        call = self._view.conversation.call
        self._view.conversation = replace(self._view.conversation, call=replace(call, events=(*call.events, event)))

    def hear_sound(
        self,
        levels: Mapping[Speaker, LevelTrack],
        pitches: Mapping[Speaker, PitchTrack] | None = None,
        dropouts: Mapping[Speaker, tuple[tuple[float, float], ...]] | None = None,
    ) -> None:
        """Take the sound measured so far, from the beginning of the call; before the turns that are said in it.

        Args:
            levels: loudness of each side, as `callcoach.audio.levels` measures it.
            pitches: pitch of each side.
            dropouts: where each side's line lost the sound.
        """
        pitches = dict(pitches or {})
        self._view.conversation = replace(
            self._view.conversation, levels=dict(levels), pitches=pitches, dropouts=dict(dropouts or {})
        )
        ends_s = [len(one.dbfs) * one.hop_s for one in levels.values()]
        ends_s += [len(one.hz) * one.hop_s for one in pitches.values()]
        self._sounded_to_s = min(ends_s, default=0.0)

    def hear_nothing(self, until_s: float) -> tuple[Finding, ...]:
        """Time passes: no turn that is still to come begins before `until_s`. Give what is now certain."""
        if until_s <= self._heard_to_s:
            return ()
        return self._go_on(until_s, News())

    def finish(
        self,
        duration_s: float,
        *,
        segments: Sequence[Segment] = (),
        levels: Mapping[Speaker, LevelTrack] | None = None,
        pitches: Mapping[Speaker, PitchTrack] | None = None,
        dropouts: Mapping[Speaker, tuple[tuple[float, float], ...]] | None = None,
        call: Call | None = None,
    ) -> RuleReport:
        """Judge the finished call: all findings, those told before among them.

        Args:
            duration_s: length of the recording.
            segments: speech found on each side.
            levels: loudness of each side.
            pitches: pitch of each side.
            dropouts: where each side's line lost the sound.
            call: the call's facts now that it is over, its events included; default: as heard.
        """
        conversation = replace(
            self._view.conversation,
            call=call or self._view.conversation.call,
            duration_s=duration_s,
            segments=tuple(segments),
            levels=dict(levels or {}),
            pitches=dict(pitches or {}),
            dropouts=dict(dropouts or {}),
        )
        return apply_rules(self._rulebook, conversation, limit_s=self._limit_s)

    def _silence_before_or_in(self, turn: Turn) -> float:
        """Longest stretch without words up to the end of the turn, since the last one."""
        longest_s = 0.0
        for one in turn.words or (turn,):
            longest_s = max(longest_s, one.start_s - self._spoken_to_s)
            self._spoken_to_s = max(self._spoken_to_s, one.end_s)
        return longest_s

    def _go_on(self, heard_to_s: float, news: News) -> tuple[Finding, ...]:
        self._heard_to_s = heard_to_s
        old = self._view.conversation
        reached_s = max(old.duration_s, heard_to_s, self._spoken_to_s)
        self._view.conversation = replace(old, duration_s=reached_s)
        now = Progress(self._view, heard_to_s, self._sounded_to_s)
        news, self._new_events = replace(news, events=self._new_events), False
        found: list[tuple[Rule, Match]] = []
        for watch in list(self._watches):
            if watch.waiting or worth_asking(watch.rule.condition, news):
                found.extend((watch.rule, match) for match in self._ask(watch, now))
        return tuple(self._number(rule, match) for rule, match in found)

    def _ask(self, watch: _Watch, now: Progress) -> list[Match]:
        """What the rule finds that is certain and was not told yet; a rule that is through is dropped."""
        if why_not_evaluated(watch.rule, self._rulebook, self._view.conversation) is not None:
            return []
        matches, failure = try_rule(watch.rule, self._view)
        if failure is not None:
            self.failures.append(failure)
            self._watches.remove(watch)
            return []
        new = [one for one in matches if one not in watch.told and not self._gives_way(watch.rule, one)]
        certain = [one for one in new if settled(watch.rule.condition, one, now) and self._stands(watch.rule, one, now)]
        watch.told.update(certain)
        behind = self._sounded_to_s < self._spoken_to_s and not instant(watch.rule.condition)
        watch.waiting = len(certain) < len(new) or behind
        if not watch.waiting and closed(watch.rule.condition, now):
            self._watches.remove(watch)
        return certain

    def _gives_way(self, rule: Rule, match: Match) -> bool:
        """Whether a rule that supersedes this one finds the same place."""
        return any(
            overlap(match, other)
            for higher in self._above.get(rule.id, ())
            if why_not_evaluated(higher, self._rulebook, self._view.conversation) is None
            for other in try_rule(higher, self._view)[0]
        )

    def _stands(self, rule: Rule, match: Match, now: Progress) -> bool:
        """Whether no rule that supersedes this one can still find the same place."""
        return all(
            instant(higher.condition) or final_to_s(higher.condition, now) > match.end_s
            for higher in self._above.get(rule.id, ())
        )

    def _number(self, rule: Rule, match: Match) -> Finding:
        self._made += 1
        return make_finding(f"l{self._made:03d}", rule, match)
