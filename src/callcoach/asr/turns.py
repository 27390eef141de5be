"""Utterances to turns: what one speaker said without giving up the floor.

Takes both sides' utterances, gives turns in the order of their start. A speaker keeps the floor over
a short pause, and while the other only murmurs assent (嗯, 好的): the agent's sentence stays one turn,
so that a phrase in it is found whole. It never changes a word or its times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callcoach.asr.engine import Utterance
from callcoach.datapath import Speaker, Turn, Word

SENTENCE_PAUSE_S = 1.5
"""The same speaker going on within this goes on with the turn, when nobody else took the floor."""
BACKCHANNEL_CHARACTERS = frozenset("嗯唔哦噢喔啊呃诶哎唉欸对是好的行哈呀吧了")
BACKCHANNEL_MAX_CHARACTERS = 4
"""Assent is short: 嗯嗯, 好的好的, 是的."""
BACKCHANNEL_MAX_S = 1.2


def build_turns(utterances: Iterable[Utterance]) -> tuple[Turn, ...]:
    """Return the turns, numbered from 0 in the order of their start."""
    stretches = _by_pause(utterances)
    merged = _over_backchannels(stretches)
    merged.sort(key=lambda words: (words[1][0].start_s, words[0]))
    return tuple(_turn(index, speaker, words) for index, (speaker, words) in enumerate(merged))


_Stretch = tuple[Speaker, tuple[Word, ...]]


def _by_pause(utterances: Iterable[Utterance]) -> list[_Stretch]:
    """Cut each speaker's words where they paused: a piece may hold several sentences."""
    stretches: list[_Stretch] = []
    for speaker, words in _words_by_speaker(utterances).items():
        first = 0
        for index in range(1, len(words) + 1):
            if index == len(words) or words[index].start_s - words[index - 1].end_s > SPLIT_PAUSE_S:
                stretches.append((speaker, tuple(words[first:index])))
                first = index
    return sorted(stretches, key=lambda stretch: (stretch[1][0].start_s, stretch[0]))


SPLIT_PAUSE_S = 0.5
"""A pause inside an utterance at which the floor may have changed hands."""


def _words_by_speaker(utterances: Iterable[Utterance]) -> dict[Speaker, list[Word]]:
    words: dict[Speaker, list[Word]] = {}
    for utterance in sorted(utterances, key=lambda utterance: utterance.start_s):
        words.setdefault(utterance.speaker, []).extend(utterance.words)
    return words


def _over_backchannels(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Join each speaker's stretches between which the other said nothing but assent."""
    turns: list[_Stretch] = []
    open_turn: dict[Speaker, int] = {}
    for speaker, words in stretches:
        index = open_turn.get(speaker)
        if index is not None and words[0].start_s - turns[index][1][-1].end_s <= SENTENCE_PAUSE_S:
            turns[index] = (speaker, turns[index][1] + words)
            continue
        if not is_backchannel(words):
            open_turn = {speaker: len(turns)}
        turns.append((speaker, words))
    return turns


def is_backchannel(words: Sequence[Word]) -> bool:
    """Say whether these words only show that one is listening (嗯, 好的, 对对)."""
    text = "".join(word.text for word in words)
    short = len(text) <= BACKCHANNEL_MAX_CHARACTERS and words[-1].end_s - words[0].start_s <= BACKCHANNEL_MAX_S
    return short and set(text) <= BACKCHANNEL_CHARACTERS


def _turn(index: int, speaker: Speaker, words: tuple[Word, ...]) -> Turn:
    text = "".join(word.text for word in words)
    return Turn(index, speaker, words[0].start_s, max(word.end_s for word in words), text, words)
