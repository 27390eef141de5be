"""Kind `phrase`: one of several wordings was said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Phrase, Position, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.phrases import PhraseHit
from callcoach.rules.view import ConversationView, TurnView


@register("phrase")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class PhraseCondition(Condition):
    """说了其中任何一句话 · Any one of several wordings is said."""

    any: Annotated[tuple[Phrase, ...], Field(min_length=1, description="wordings in the phrase language")]
    speaker: Annotated[Who, Field(description="whose speech is searched")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call that is searched")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """Words always; separated speakers when it matters who said it."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def patterns(self) -> Iterator[str]:
        """Yield the wordings."""
        yield from self.any

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each place where a wording stands."""
        for turn, hits in view.places(self.any):
            if self.position.holds(view, self.speaker.speaker, turn):
                yield from (phrase_match(turn, hit) for hit in hits)


def phrase_match(
    turn: TurnView, hit: PhraseHit, *, value: float | None = None, threshold: float | None = None
) -> Match:
    """The place in text and sound of a phrase hit, with what was measured where something was."""
    span = turn.normalised.original_span(hit.start, hit.end)
    start_s, end_s = turn.time_of(span)
    return Match(
        speaker=turn.turn.speaker,
        start_s=start_s,
        end_s=end_s,
        turn_index=turn.turn.index,
        text_span=span,
        quote=turn.turn.text[span[0] : span[1]],
        value=value,
        threshold=threshold,
        confidence=hit.certainty * turn.confidence_of(span),
    )


def turn_match(turn: TurnView, *, value: float | None = None, threshold: float | None = None, unit: str = "") -> Match:
    """A whole turn as a place."""
    one = turn.turn
    return Match(one.speaker, one.start_s, one.end_s, one.index, (0, len(one.text)), one.text, value, threshold, unit)
