"""Turns come out of a live call once, in order, and are those of the finished call."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from callcoach.asr.engine import Utterance
from callcoach.asr.turns import build_turns
from callcoach.datapath import Speaker, Turn, Word
from callcoach.live.turns import LiveTurns

SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
WORD = st.tuples(st.sampled_from(["嗯", "好的", "我不", "能退", "您"]), st.sampled_from([0.0, 0.3, 0.7]))
UTTERANCE = st.tuples(
    st.sampled_from([0.1, 0.4, 0.6, 1.4, 1.6, 4.0]),
    st.lists(
        st.tuples(st.sampled_from(["嗯", "好的", "我不", "能退", "您"]), st.sampled_from([0.0, 0.3, 0.7])),
        min_size=1,
        max_size=5,
    ),
)
"""Pause before it, then words with the pause before each."""


def side_of(speaker: Speaker, drawn: Sequence[tuple[float, Sequence[tuple[str, float]]]]) -> list[Utterance]:
    made: list[Utterance] = []
    at_s = 0.5 if speaker is Speaker.AGENT else 0.8
    for pause_s, spoken in drawn:
        at_s += pause_s
        words: list[Word] = []
        for text, gap_s in spoken:
            start_s = at_s + gap_s
            at_s = start_s + 0.3
            words.append(Word(text, round(start_s, 2), round(at_s, 2), 0.9))
        made.append(Utterance(speaker, tuple(words)))
    return made


def live(sides: dict[Speaker, list[Utterance]], order: Sequence[bool]) -> list[Turn]:
    """Close utterances in some order of the two sides, telling each time from when on each may still speak."""
    turns = LiveTurns()
    waiting = {speaker: list(utterances) for speaker, utterances in sides.items()}
    told: list[Turn] = []
    for agent_first in [*order, *[True] * 40]:
        speaker = SIDES[not agent_first] if waiting[SIDES[not agent_first]] else SIDES[agent_first]
        if waiting[speaker]:
            turns.add(waiting[speaker].pop(0))
        told += turns.final({one: rest[0].start_s if rest else 1e6 for one, rest in waiting.items()})
    return [*told, *turns.rest()]


@given(st.lists(UTTERANCE, max_size=8), st.lists(UTTERANCE, max_size=8), st.lists(st.booleans(), max_size=16))
def test_live_turns_are_those_of_the_finished_call(agent, customer, order):
    sides = {Speaker.AGENT: side_of(Speaker.AGENT, agent), Speaker.CUSTOMER: side_of(Speaker.CUSTOMER, customer)}
    assert live(sides, order) == list(build_turns([*sides[Speaker.AGENT], *sides[Speaker.CUSTOMER]]))


def test_a_turn_waits_while_its_speaker_may_go_on():
    turns = LiveTurns()
    turns.add(Utterance(Speaker.AGENT, (Word("您好", 1.0, 1.5, 0.9),)))
    assert turns.final({Speaker.AGENT: 2.9, Speaker.CUSTOMER: 9.0}) == ()
    assert [turn.text for turn in turns.provisional()] == ["您好"]
    assert [turn.text for turn in turns.final({Speaker.AGENT: 3.1, Speaker.CUSTOMER: 9.0})] == ["您好"]
    assert turns.provisional() == ()


def test_a_turn_waits_for_the_other_speaker_who_began_earlier():
    turns = LiveTurns()
    turns.add(Utterance(Speaker.CUSTOMER, (Word("喂", 4.0, 4.3, 0.9),)))
    assert turns.final({Speaker.AGENT: 3.0, Speaker.CUSTOMER: 20.0}) == ()
