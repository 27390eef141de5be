"""A conversation as rules look at it: turns in comparable text, with the way back to time.

Takes a Conversation, gives the same with its texts normalised once and its phrases found once,
however many rules ask.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar

from callcoach.datapath import Conversation, Speaker, Turn
from callcoach.rules.backchannels import is_backchannel
from callcoach.rules.clock import RuleClock
from callcoach.rules.normalise import Normalised, normalise
from callcoach.rules.phrases import PhraseFinder, PhraseHit, TrieFinder
from callcoach.rules.spoken import Piece, Spoken, Times, pieces_of, word_times

T = TypeVar("T")


@dataclass(frozen=True)
class TurnView:
    """One turn with its comparable text."""

    turn: Turn

    @cached_property
    def normalised(self) -> Normalised:
        """The turn's text in comparable form."""
        return normalise(self.turn.text)

    @property
    def text(self) -> str:
        """The comparable text."""
        return self.normalised.text

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What was said between pauses."""
        return tuple(pieces_of(self.turn))

    @cached_property
    def floor_pieces(self) -> tuple[Piece, ...]:
        """Those of them that claim the floor: not mere assent."""
        return tuple(one for one in self.pieces if not is_backchannel(one.text))

    @cached_property
    def word_times(self) -> Times:
        """When each word was said."""
        return word_times(self.turn)

    @cached_property
    def _word_starts(self) -> list[int]:
        """Index in the turn's text at which each word begins."""
        return [0, *accumulate(len(word.text) for word in self.turn.words)][:-1]

    def time_of(self, span: tuple[int, int]) -> tuple[float, float]:
        """Seconds in which the half-open span of the turn's (original) text was said.

        Within a word, and in a turn without words, characters are taken to last equally long.
        """
        start, end = span
        return self._moment(start, at_end=False), self._moment(end - 1, at_end=True)

    def _moment(self, index: int, *, at_end: bool) -> float:
        if self.turn.words:
            which = bisect_right(self._word_starts, index) - 1
            word = self.turn.words[which]
            first, length, start_s, end_s = self._word_starts[which], len(word.text), word.start_s, word.end_s
        else:
            first, length, start_s, end_s = 0, len(self.turn.text), self.turn.start_s, self.turn.end_s
        return start_s + (end_s - start_s) * (index - first + at_end) / length

    def confidence_of(self, span: tuple[int, int]) -> float:
        """Mean confidence of the words under the span; 1 for a typed turn."""
        pairs = zip(self._word_starts, self.turn.words, strict=True)
        under = [word.confidence for at, word in pairs if at < span[1] and at + len(word.text) > span[0]]
        return sum(under) / len(under) if under else 1.0


class ConversationView:
    """What conditions ask their questions of."""

    def __init__(
        self, conversation: Conversation, finder: PhraseFinder | None = None, clock: RuleClock | None = None
    ) -> None:
        """Look at `conversation`; without `finder`, phrases are searched for when first asked for."""
        self._conversation = conversation
        self._made: dict[Callable[[ConversationView], Any], Any] = {}
        self._former: dict[Callable[[ConversationView], Any], Any] = {}
        self.clock = clock or RuleClock()
        self.turns: Sequence[TurnView] = [TurnView(turn) for turn in conversation.turns]
        self._finder = finder

    @property
    def conversation(self) -> Conversation:
        """What is looked at. A new one with the same turns may be put in its place: the call went on."""
        return self._conversation

    @conversation.setter
    def conversation(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._former |= self._made
        self._made = {}

    def once(self, make: Callable[[ConversationView], T]) -> T:
        """What `make` makes of the conversation as it stands: made once, however many rules ask for it."""
        if make not in self._made:
            with self.clock.stopped():
                self._made[make] = make(self)
        return self._made[make]

    def former(self, make: Callable[[ConversationView], T]) -> T | None:
        """What `once` last made before the conversation went on, for `make` to go on from; None: nothing."""
        return self._former.get(make)

    @property
    def spoken(self) -> Spoken:
        """Where words were said; where nothing was transcribed, segments of speech."""
        return self.once(_spoken)

    def add(self, turn: Turn) -> Set[str]:
        """Let the conversation go on by a turn; return the phrases that stand in it. Nothing before is searched again.

        Raises:
            ValueError: the view has no finder, so that nothing is kept from turn to turn.
        """
        if self._finder is None:
            raise ValueError("a view that grows needs a finder")
        sides, hits = self._by_speaker, self._all_hits
        one = TurnView(turn)
        self.turns = [*self.turns, one]
        sides.setdefault(turn.speaker, []).append(one)
        self.conversation = replace(self.conversation, turns=(*self.conversation.turns, turn))
        found = list(self._finder.find(one.text))
        for hit in found:
            hits.setdefault(hit.pattern, {}).setdefault(turn.index, []).append(hit)
        return {hit.pattern for hit in found}

    def turns_of(self, speaker: Speaker | None) -> Sequence[TurnView]:
        """Turns of one speaker in order; of everyone when `speaker` is None."""
        if speaker is None:
            return self.turns
        return self._by_speaker.get(speaker, ())

    def turn_at(self, index: int) -> TurnView:
        """The turn with this index.

        Raises:
            LookupError: there is none.
        """
        if 0 <= index < len(self.turns) and self.turns[index].turn.index == index:
            return self.turns[index]
        found = next((one for one in self.turns if one.turn.index == index), None)
        if found is None:
            raise LookupError(f"the conversation has no turn {index}; it has {len(self.turns)} turns")
        return found

    @cached_property
    def _by_speaker(self) -> dict[Speaker, list[TurnView]]:
        sides: dict[Speaker, list[TurnView]] = {}
        for view in self.turns:
            sides.setdefault(view.turn.speaker, []).append(view)
        return sides

    def hits(self, view: TurnView, patterns: Iterable[str]) -> list[PhraseHit]:
        """Where `patterns` stand in a turn, in order; hits inside a longer hit are dropped."""
        self.clock.time_left_s()
        if self._finder is None:
            found = list(TrieFinder(patterns).find(view.text))
        else:
            found = [hit for pattern in patterns for hit in self._all_hits.get(pattern, {}).get(view.turn.index, ())]
        return _outermost(found)

    def places(self, patterns: Sequence[str]) -> Iterator[tuple[TurnView, list[PhraseHit]]]:
        """Yield each turn in which `patterns` stand, with `hits`; turns without any cost nothing."""
        self.clock.time_left_s()
        if self._finder is None:
            found = ((view, self.hits(view, patterns)) for view in self.turns)
            yield from ((view, hits) for view, hits in found if hits)
            return
        by_turn: dict[int, list[PhraseHit]] = {}
        for pattern in patterns:
            for index, hits in self._all_hits.get(pattern, {}).items():
                by_turn.setdefault(index, []).extend(hits)
        for index in sorted(by_turn):
            yield self.turn_at(index), _outermost(by_turn[index])

    @cached_property
    def _all_hits(self) -> dict[str, dict[int, list[PhraseHit]]]:
        """Hits by pattern, then by turn: most patterns of a rulebook stand nowhere in a call."""
        assert self._finder is not None  # noqa: S101 - asked for only when there is one
        table: dict[str, dict[int, list[PhraseHit]]] = {}
        with self.clock.stopped():
            for view in self.turns:
                for hit in self._finder.find(view.text):
                    table.setdefault(hit.pattern, {}).setdefault(view.turn.index, []).append(hit)
        return table


def _spoken(view: ConversationView) -> Spoken:
    if view.turns:
        return Spoken((one.turn.speaker, one.word_times) for one in view.turns)
    return Spoken((one.speaker, word_times(one)) for one in view.conversation.segments)


def _outermost(hits: list[PhraseHit]) -> list[PhraseHit]:
    """Drop each hit that overlaps an earlier or longer one: one fault is one finding."""
    kept: list[PhraseHit] = []
    if len(hits) == 1:
        return hits
    for hit in sorted(hits, key=lambda one: (one.start, -one.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept
