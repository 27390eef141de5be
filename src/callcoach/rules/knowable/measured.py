"""Kinds that measure sound, silence, talk and the call's events: certain once what they measure is over."""

from __future__ import annotations

from math import inf

from callcoach.datapath import CallEventKind
from callcoach.rules.kinds.dead_air import DeadAirCondition
from callcoach.rules.kinds.energy import EnergyCondition
from callcoach.rules.kinds.events import MOMENT_S, EventCondition, HoldCondition, RingCondition
from callcoach.rules.kinds.facts import CallCondition
from callcoach.rules.kinds.raised import RaisedCondition
from callcoach.rules.kinds.reply import SlowReplyCondition
from callcoach.rules.kinds.talking import MonologueCondition, TalkOverCondition, TalkShareCondition
from callcoach.rules.kinds.voice import MonotoneCondition, TooQuietCondition
from callcoach.rules.knowable.core import (
    FACTS_OF_ALL,
    WHOLE_MEASURE,
    AtEnd,
    News,
    Progress,
    final_to_s,
    holds,
    of_position,
    only_at_end,
    settled,
    worth_asking,
)
from callcoach.rules.match import Match
from callcoach.rules.quiet import Sounds, held_spans, wordless_spans
from callcoach.rules.spoken import Span


@only_at_end.register(TooQuietCondition)
@only_at_end.register(MonotoneCondition)
@only_at_end.register(TalkShareCondition)
@only_at_end.register(CallCondition)
def _(condition: TooQuietCondition | MonotoneCondition | TalkShareCondition | CallCondition) -> AtEnd | None:  # noqa: ARG001
    return WHOLE_MEASURE


@only_at_end.register(DeadAirCondition)
@only_at_end.register(SlowReplyCondition)
@only_at_end.register(RaisedCondition)
@only_at_end.register(TalkOverCondition)
@only_at_end.register(MonologueCondition)
@only_at_end.register(RingCondition)
def _(
    condition: DeadAirCondition  # noqa: ARG001
    | SlowReplyCondition
    | RaisedCondition
    | TalkOverCondition
    | MonologueCondition
    | RingCondition,
) -> AtEnd | None:
    return None


@only_at_end.register
def _(condition: HoldCondition) -> AtEnd | None:
    return None if condition.share is None else WHOLE_MEASURE


@only_at_end.register
def _(condition: EnergyCondition) -> AtEnd | None:
    return WHOLE_MEASURE if condition.span_db is not None else of_position(condition.position)


@only_at_end.register
def _(condition: EventCondition) -> AtEnd | None:
    return of_position(condition.position)


# Silence: what ended it must have been heard, and so must the sound in it.


@worth_asking.register(DeadAirCondition)
@worth_asking.register(SlowReplyCondition)
def _(condition: DeadAirCondition | SlowReplyCondition, news: News) -> bool:
    return news.silence_s >= condition.warn_s


@settled.register(DeadAirCondition)
@settled.register(SlowReplyCondition)
def _(condition: DeadAirCondition | SlowReplyCondition, match: Match, now: Progress) -> bool:
    # a turn that begins exactly where the silence ends could still change who broke it; and whether the
    # silence ends the call is known once a turn follows it
    followed = bool(now.view.turns) and now.view.turns[-1].turn.start_s >= (match.start_s + match.end_s) / 2
    if match.end_s >= now.heard_to_s or not followed or match.start_s >= now.sounded_to_s:
        return False
    around = [one for one in wordless_spans(now.view, condition.warn_s) if one[1] > match.start_s]
    sounds = now.view.once(Sounds)
    return all(_sounds_known(sounds, one, now) for one in around if one[0] < match.end_s)


@final_to_s.register(DeadAirCondition)
@final_to_s.register(SlowReplyCondition)
def _(condition: DeadAirCondition | SlowReplyCondition, now: Progress) -> float:
    # up to the last thing said, if a turn began since: silences before it are over and have their answer
    begun = [turn.turn.start_s for turn in now.view.turns if turn.turn.start_s < now.heard_to_s]
    said = now.view.spoken.of(None)
    ended_s = said[said[:, 0] < now.heard_to_s, 1].max(initial=0.0)
    return min(_sounds_known_to_s(condition, now), max(begun, default=0.0), float(ended_s))


def _sounds_known_to_s(condition: DeadAirCondition | SlowReplyCondition, now: Progress) -> float:
    """Where the first stretch without words begins in which sounds may still be told from the background, s."""
    sounds = now.view.once(Sounds)
    spans = wordless_spans(now.view, condition.warn_s)
    return min([now.sounded_to_s, *(one[0] for one in spans if not _sounds_known(sounds, one, now))])


def _sounds_known(sounds: Sounds, span: Span, now: Progress) -> bool:
    """Whether what is heard in a stretch without words is known for good."""
    known_s = min(now.heard_to_s, now.sounded_to_s)
    if span[1] > known_s:
        return False
    return now.sounded_to_s == inf or sounds.known_from_s(span) <= known_s


# Loudness: the utterance must be over, and the usual level must not move any more.


@worth_asking.register
def _(condition: RaisedCondition, news: News) -> bool:  # noqa: ARG001
    return news.turn


@final_to_s.register
def _(condition: RaisedCondition, now: Progress) -> float:
    return condition.certain_to_s(now.view, min(now.heard_to_s, now.sounded_to_s))


# The level of a turn is known when the sound of all of it is.


@worth_asking.register
def _(condition: EnergyCondition, news: News) -> bool:  # noqa: ARG001
    return news.turn


@final_to_s.register
def _(condition: EnergyCondition, now: Progress) -> float:  # noqa: ARG001
    open_s = [one.turn.start_s for one in now.view.turns if one.turn.end_s > now.sounded_to_s]
    return min([now.heard_to_s, *open_s])


# Talk: pieces of turns still to come begin at `heard_to_s` at the earliest.


@worth_asking.register(TalkOverCondition)
@worth_asking.register(MonologueCondition)
def _(condition: TalkOverCondition | MonologueCondition, news: News) -> bool:  # noqa: ARG001
    return news.turn


@final_to_s.register
def _(condition: MonologueCondition, now: Progress) -> float:
    return condition.certain_to_s(now.view, now.heard_to_s)


# Events come before time goes past them.


@worth_asking.register(EventCondition)
@worth_asking.register(HoldCondition)
@worth_asking.register(RingCondition)
def _(condition: EventCondition | HoldCondition | RingCondition, news: News) -> bool:  # noqa: ARG001
    return news.events


@settled.register
def _(condition: EventCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    # at the very end of the recording an event is moved forward to lie inside it
    return match.end_s <= now.heard_to_s


@final_to_s.register
def _(condition: EventCondition, now: Progress) -> float:  # noqa: ARG001
    return max(0.0, now.heard_to_s - MOMENT_S)


@settled.register
def _(condition: HoldCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    # a hold that goes on reaches to the end of what was heard
    return match.end_s < now.heard_to_s


@final_to_s.register
def _(condition: HoldCondition, now: Progress) -> float:  # noqa: ARG001
    still_held = [start for start, end in held_spans(now.view.conversation) if end >= now.heard_to_s]
    return min([now.heard_to_s, *still_held])


@settled.register
def _(condition: RingCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    return match.end_s <= now.heard_to_s


@final_to_s.register
def _(condition: RingCondition, now: Progress) -> float:  # noqa: ARG001
    over = {CallEventKind.ANSWER, CallEventKind.END}
    answered = any(event.kind in over for event in now.view.conversation.call.events)
    return now.heard_to_s if answered else 0.0


@holds.register
def _(condition: CallCondition, now: Progress) -> bool:
    return not late_facts(condition) and any(True for _ in condition.find(now.view))


def late_facts(condition: CallCondition) -> AtEnd | None:
    """Why the facts a condition asks for are not known while the call goes on; None: they are."""
    known_late = (condition.shorter_s, condition.ended_by)
    late = any(one is not None for one in known_late) or condition.tags or condition.end_reasons
    return FACTS_OF_ALL if late else None
