"""Turns of a call that goes on: utterances in as they close, turns out once nothing can change them any more.

What comes out is what `callcoach.asr.turns.build_turns` makes of all utterances together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf

from callcoach.asr.engine import Utterance
from callcoach.asr.turns import SENTENCE_PAUSE_S, build_turns
from callcoach.datapath import Speaker, Turn


class LiveTurns:
    """Holds utterances back until their turns are final."""

    def __init__(self) -> None:
        self._waiting: list[Utterance] = []
        self._told = 0

    def add(self, utterance: Utterance) -> None:
        """Take a closed utterance."""
        self._waiting.append(utterance)

    def final(self, open_from_s: Mapping[Speaker, float]) -> tuple[Turn, ...]:
        """Return the turns that no utterance can change which begins at or after `open_from_s` of its speaker.

        A turn is final when every speaker's next utterance begins so much later that it can neither go on with
        the turn nor come before it.
        """
        horizon_s = min(open_from_s.values(), default=0.0)
        ready: list[Turn] = []
        for turn in build_turns(self._waiting):
            if turn.end_s + SENTENCE_PAUSE_S >= horizon_s:
                break
            ready.append(turn)
        return self._tell(ready)

    def rest(self) -> tuple[Turn, ...]:
        """Return what is left: the call is over."""
        return self._tell(list(build_turns(self._waiting)))

    @property
    def from_s(self) -> float:
        """No turn that is still to come, of what was added so far, begins before this; infinite: none is held back."""
        return min((one.start_s for one in self._waiting), default=inf)

    def provisional(self) -> tuple[Turn, ...]:
        """Return the turns that are held back, as they would be if nothing more came; numbered on."""
        return tuple(replace(turn, index=self._told + turn.index) for turn in build_turns(self._waiting))

    def _tell(self, ready: list[Turn]) -> tuple[Turn, ...]:
        numbered = tuple(replace(turn, index=self._told + turn.index) for turn in ready)
        self._told += len(ready)
        starts = {(turn.speaker, word.start_s) for turn in ready for word in turn.words}
        left = [tuple(word for word in one.words if (one.speaker, word.start_s) not in starts) for one in self._waiting]
        self._waiting = [Utterance(one.speaker, words) for one, words in zip(self._waiting, left, strict=True) if words]
        return numbered
