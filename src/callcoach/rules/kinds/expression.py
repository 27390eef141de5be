"""Kind `regex`: a regular expression, with another that excludes, and a limit of time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any

import regex
from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.errors import RuleTimeoutError
from callcoach.rules.clock import RuleClock
from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Position, Who, register
from callcoach.rules.kinds.phrase import phrase_match
from callcoach.rules.match import Match, Need
from callcoach.rules.normalise import normalise
from callcoach.rules.phrases import PhraseHit
from callcoach.rules.view import ConversationView

TIME_LIMIT_S = 2.0
"""For one expression over one turn, beside the rule's own limit over the call. A sound one takes
microseconds; one that backtracks exponentially never ends. The limit is far from
both, so a busy machine does not trip it."""

MAX_LENGTH = 1000
"""Characters of one expression; a list of words belongs into `keyword`."""


@lru_cache(maxsize=4096)
def compiled(expression: str) -> Any:
    """The expression, its Chinese characters in comparable form (繁體 as 繁体, 您 as 你).

    Raises:
        ValueError: it is not a regular expression, or matches the empty text.
    """
    comparable = "".join(
        one if one.isascii() or len(plain := normalise(one).text) != 1 else plain for one in expression
    )
    try:
        made: Any = regex.compile(comparable, regex.V1)
    except regex.error as error:
        raise ValueError(f"不是正则表达式 · not a regular expression: {error}") from error
    if made.fullmatch("", timeout=TIME_LIMIT_S):
        raise ValueError(f"{expression!r} 连空文字也符合 · matches the empty text; expected a character")
    return made


def _is_expression(expression: str) -> str:
    compiled(expression)
    return expression


Expression = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH), AfterValidator(_is_expression)]


@register("regex")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class RegexCondition(Condition):
    """正则表达式，可带排除式 · A regular expression holds, unless another holds over the same place.

    Expressions see the comparable text: no punctuation or spaces, lower case, simplified, 你 for 您.
    One that runs longer than 2 s over a turn fails with an error and finds nothing.
    """

    pattern: Annotated[Expression, Field(description="what must be found (syntax of the Python package regex)")]
    unless: Annotated[
        Expression | None, Field(description="a find that overlaps a find of this expression does not count")
    ] = None
    speaker: Annotated[Who, Field(description="whose speech is searched")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call that is searched")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """Words always; separated speakers when it matters who said it."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each find that is not excluded.

        Raises:
            RuleTimeoutError: the expressions took longer than the limit together.
        """
        for turn in self.position.turns(view, self.speaker.speaker):
            excluded = [*_spans(self.unless, turn.text, view.clock)] if self.unless else []
            for start, end in _spans(self.pattern, turn.text, view.clock):
                if not any(start < last and first < end for first, last in excluded):
                    yield phrase_match(turn, PhraseHit(self.pattern, start, end))


def _spans(expression: str, text: str, clock: RuleClock) -> Iterator[tuple[int, int]]:
    try:
        for one in compiled(expression).finditer(text, timeout=min(clock.time_left_s(), TIME_LIMIT_S)):
            if one.end() > one.start():
                yield one.start(), one.end()
    except TimeoutError as error:
        raise RuleTimeoutError(
            f"regular expression {expression!r} ran over {TIME_LIMIT_S:g} s on one turn, expected milliseconds: it "
            "backtracks. Remove repetitions inside repetitions such as (a|aa)+, or make them possessive: a++."
        ) from error
