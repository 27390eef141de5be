"""What can be known of a rule while the call still goes on.

Takes a condition and what was heard so far; says whether its places can be told before the end, when
it is worth asking again, and which of its places nothing that comes later can take back. A kind that is
not listed here is taken to need the whole call: late is better than wrong.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import singledispatch

from callcoach.rules.kinds.base import Condition, Position
from callcoach.rules.kinds.compose import (
    AllCondition,
    AnyCondition,
    CountCondition,
    MissingCondition,
    NearCondition,
    NotCondition,
)
from callcoach.rules.kinds.dead_air import DeadAirCondition
from callcoach.rules.kinds.expression import RegexCondition
from callcoach.rules.kinds.keyword import HowMany, KeywordCondition
from callcoach.rules.kinds.phrase import PhraseCondition
from callcoach.rules.kinds.raised import RaisedCondition
from callcoach.rules.match import Match
from callcoach.rules.view import ConversationView


@dataclass(frozen=True, slots=True)
class AtEnd:
    """Why something can only be known at the end of the call."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a live call has got.

    No later turn begins before `heard_to_s`. `with_levels`: the levels of this call are measured, so that
    the finished call is judged with them. `view` holds the turns so far.
    """

    view: ConversationView
    heard_to_s: float
    with_levels: bool


@dataclass(frozen=True, slots=True)
class News:
    """What the newest turn brought: the wordings heard in it, and the longest silence it ended or holds."""

    patterns: AbstractSet[str]
    silence_s: float


UNLISTED = AtEnd("这种条件要看整通电话", "this kind of condition is only judged over the whole call")
LAST_PART = AtEnd("看的是最后几句话或最后一段时间", "it looks at the last turns or the last part of the call")
SHARE_OF_CALL = AtEnd("范围按通话全长的百分比算", "its part of the call is a share of the whole length")
LENGTH_OF_ALL = AtEnd("整通电话都没有才算", "only the whole call can show that something never came")
BACKGROUND = AtEnd(
    "有没有音乐或铃声，要和整通电话的背景音量比", "music and tones are told by the background level of the whole call"
)
BASELINE = AtEnd(
    "平时的音量由前后五分钟的说话决定", "the usual level comes from the speech up to five minutes before and after"
)
PART_UNSURE = AtEnd("其中一个条件要等以后才能确定", "one of its parts is not certain until later")


@singledispatch
def only_at_end(condition: Condition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001 - the signature of all kinds
    """Why no place of the condition can be told before the end of the call; None: they can be told live."""
    return UNLISTED


@singledispatch
def worth_asking(condition: Condition, news: News) -> bool:
    """Whether a new turn may have brought the condition a place. Parts decide; a kind without parts is asked."""
    parts = list(condition.parts())
    return not parts or any(worth_asking(part, news) for part in parts)


@singledispatch
def settled(condition: Condition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    """Whether nothing that is heard later can take back the place `match` of the condition."""
    return True


@singledispatch
def closed(condition: Condition, now: Progress) -> bool:  # noqa: ARG001
    """Whether the condition can have no place in anything heard later."""
    return False


def _of_position(position: Position) -> AtEnd | None:
    if position.last_turns is not None or position.last_s is not None or position.last_percent is not None:
        return LAST_PART
    return None if position.first_percent is None else SHARE_OF_CALL


@only_at_end.register
def _(condition: PhraseCondition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001
    return _of_position(condition.position)


@worth_asking.register
def _(condition: PhraseCondition, news: News) -> bool:
    return not news.patterns.isdisjoint(condition.any)


@closed.register
def _(condition: PhraseCondition, now: Progress) -> bool:
    position = condition.position
    if position.first_s is not None and now.heard_to_s > position.first_s:
        return True
    said = now.view.turns_of(condition.speaker.speaker)
    return position.first_turns is not None and len(said) >= position.first_turns


@only_at_end.register
def _(condition: KeywordCondition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001
    return _of_position(condition.position) if condition.match is HowMany.ANY else UNLISTED


@worth_asking.register
def _(condition: KeywordCondition, news: News) -> bool:
    return not news.patterns.isdisjoint(condition.words)


@only_at_end.register
def _(condition: RegexCondition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001
    return _of_position(condition.position)


@only_at_end.register
def _(condition: RaisedCondition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001
    return BASELINE


@only_at_end.register
def _(condition: DeadAirCondition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001
    return BACKGROUND if with_levels else None


@worth_asking.register
def _(condition: DeadAirCondition, news: News) -> bool:
    return news.silence_s >= condition.warn_s


@settled.register
def _(condition: DeadAirCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    # a turn that begins exactly where the silence ends could still change who broke it; and whether the
    # silence ends the call is known once a turn follows it
    followed = now.view.turns[-1].turn.start_s >= (match.start_s + match.end_s) / 2
    return match.end_s < now.heard_to_s and followed


def _first_unknown(conditions: tuple[Condition, ...], with_levels: bool) -> AtEnd | None:
    return next((why for one in conditions if (why := only_at_end(one, with_levels))), None)


@only_at_end.register
def _(condition: AnyCondition, with_levels: bool) -> AtEnd | None:
    return _first_unknown(condition.of, with_levels)


@settled.register
def _(condition: AnyCondition, match: Match, now: Progress) -> bool:
    return all(settled(part, match, now) for part in condition.of)


@closed.register
def _(condition: AnyCondition, now: Progress) -> bool:
    return all(closed(part, now) for part in condition.of)


def _instant(condition: Condition) -> bool:
    """Whether a place of the condition is certain as soon as it is seen."""
    return isinstance(condition, PhraseCondition) or (
        isinstance(condition, AnyCondition) and all(_instant(part) for part in condition.of)
    )


@only_at_end.register
def _(condition: AllCondition, with_levels: bool) -> AtEnd | None:
    why = _first_unknown(condition.of, with_levels)
    return why or (None if all(_instant(part) for part in condition.of[1:]) else PART_UNSURE)


@settled.register
def _(condition: AllCondition, match: Match, now: Progress) -> bool:
    return settled(condition.of[0], match, now)


@only_at_end.register
def _(condition: CountCondition, with_levels: bool) -> AtEnd | None:
    return only_at_end(condition.of, with_levels)


@settled.register
def _(condition: CountCondition, match: Match, now: Progress) -> bool:
    # a turn still to come may lie over this one, and its place then counts before this
    return match.start_s < now.heard_to_s and settled(condition.of, match, now)


@only_at_end.register
def _(condition: NearCondition, with_levels: bool) -> AtEnd | None:
    why = _first_unknown((condition.of, condition.other), with_levels)
    if why is not None or not condition.absent:
        return why or (None if _instant(condition.other) else PART_UNSURE)
    bounded = condition.order == "before" or condition.within_s is not None or condition.within_turns is not None
    if not _instant(condition.other):
        return PART_UNSURE
    return None if bounded else LENGTH_OF_ALL


@settled.register
def _(condition: NearCondition, match: Match, now: Progress) -> bool:
    if not settled(condition.of, match, now):
        return False
    if not condition.absent:
        return True
    if condition.order == "before":
        return match.start_s < now.heard_to_s
    if condition.within_s is not None and now.heard_to_s > match.end_s + condition.within_s:
        return True
    if condition.within_turns is None or match.turn_index is None:
        return False
    return len(now.view.turns) > 0 and now.view.turns[-1].turn.index >= match.turn_index + condition.within_turns


@only_at_end.register
def _(condition: MissingCondition, with_levels: bool) -> AtEnd | None:
    if condition.due == "last_turn":
        return LAST_PART
    why = only_at_end(condition.of, with_levels)
    return why or (None if _can_close(condition.of) else LENGTH_OF_ALL)


@worth_asking.register
def _(condition: MissingCondition, news: News) -> bool:  # noqa: ARG001 - what is missing makes no news
    return True


@settled.register
def _(condition: MissingCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    return closed(condition.of, now)


@closed.register
def _(condition: MissingCondition, now: Progress) -> bool:
    # it points at the speaker's first turn, so it waits for one
    return closed(condition.of, now) and bool(now.view.turns_of(condition.speaker.speaker))


def _can_close(condition: Condition) -> bool:
    """Whether the condition looks only at the beginning of the call."""
    if isinstance(condition, PhraseCondition):
        return condition.position.first_turns is not None or condition.position.first_s is not None
    return isinstance(condition, AnyCondition) and all(_can_close(part) for part in condition.of)


@only_at_end.register
def _(condition: NotCondition, with_levels: bool) -> AtEnd | None:  # noqa: ARG001
    return LENGTH_OF_ALL
