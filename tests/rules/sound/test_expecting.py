from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from callcoach.datapath import Hearing, Hypothesis, Speaker, Word
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.sound.expecting import BAD_PAD_S, choose_stretches, expect, spot
from callcoach.rules.sound.proposals import propose
from callcoach.rules.sound.rehearing import Reading
from callcoach.rules.sound.search import SoundIndex
from tests.rules.sound.turns import heard

PHRASES = ("这不关我的事", "不关我的事", "但是")


@dataclass
class Expecting:
    """A listener that heard these words, or did with that probability, and keeps what it was asked."""

    words: tuple[Word, ...]
    probability: float = 1.0
    asked: list[tuple[float, float]] = field(default_factory=list)

    def weigh(
        self, speaker: Speaker, start_s: float, end_s: float, readings: Sequence[Reading]
    ) -> tuple[Hypothesis, ...]:
        raise AssertionError(f"nothing is weighed here: {speaker} {start_s} {end_s} {readings}")

    def expect(
        self, speaker: Speaker, stretches: Sequence[tuple[float, float]], sentences: Sequence[str]
    ) -> tuple[tuple[Hearing, ...], ...]:
        assert speaker is Speaker.AGENT
        assert sentences == PHRASES
        self.asked += stretches
        return ((Hearing(self.words, self.probability),),)


def test_what_was_heard_surely_and_sounds_like_no_phrase_is_not_heard_again() -> None:
    sure, unsure = heard("请 您 稍等", sure=0.95), heard("请 您 稍等", index=1, start_s=5.0, sure=0.6)
    (stretch,) = choose_stretches([sure, unsure], [])
    assert (stretch.turn_index, stretch.confidence) == (1, pytest.approx(0.6))
    assert stretch.start_s == pytest.approx(5.0 - BAD_PAD_S)
    assert stretch.end_s == pytest.approx(unsure.end_s + BAD_PAD_S)


def test_a_near_miss_is_heard_again_however_sure_its_words() -> None:
    turn = heard("这 不 关 我 的 是", sure=1.0)
    near_misses = propose((turn,), SoundIndex(PHRASES))
    assert near_misses
    assert len(choose_stretches([turn], near_misses)) == 1


def test_a_pause_in_a_turn_parts_two_stretches() -> None:
    words = (Word("您好", 1.0, 1.4, 0.5), Word("稍等", 2.0, 2.4, 0.99), Word("但", 3.2, 3.4, 0.4))
    turn = heard("您好 稍等 但", sure=0.5)
    turn = type(turn)(0, Speaker.AGENT, 1.0, 3.4, "您好稍等但", words)
    first, second = choose_stretches([turn], [])
    assert (first.start_s, first.end_s) == pytest.approx((1.0 - BAD_PAD_S, 1.4 + 0.3))  # half of a pause goes to each
    assert (second.start_s, second.end_s) == pytest.approx((3.2 - 0.4, 3.4 + BAD_PAD_S))


def test_one_unsure_word_is_enough_on_a_bad_line() -> None:
    words = (*heard("请 您", sure=0.99).words, Word("赛", 0.4, 0.6, 0.4), *heard("给 我们 说 一下", start_s=0.6).words)
    turn = replace(heard("请 您 赛 给 我们 说 一下"), words=words)
    assert choose_stretches([turn], []) == []
    others = heard("好 的", index=1, start_s=9.0, sure=0.1)
    assert [one.turn_index for one in choose_stretches([turn, others], [])] == [0, 1]


def test_the_longest_phrase_of_a_place_is_spotted_with_its_time_and_confidence() -> None:
    words = heard("您 说 这 不关 我 的 事", start_s=2.0).words
    (spotted,) = spot([[Hearing(words, 0.7)]], TrieFinder(PHRASES))
    assert spotted.phrase == "这不关我的事"
    assert (spotted.start_s, spotted.end_s) == pytest.approx((2.4, 3.6))
    assert spotted.confidence == pytest.approx(0.7)


def test_every_phrase_of_an_utterance_is_spotted() -> None:
    words = heard("这 不关 我 的 事 但是 我 不能 不管").words
    assert [one.phrase for one in spot([[Hearing(words, 1.0)]], TrieFinder([*PHRASES, "但是", "我不能"]))] == [
        "这不关我的事",
        "但是",
        "我不能",
    ]


def test_a_phrase_is_as_probable_as_all_the_ways_to_hear_it_and_keeps_the_best_with_and_without() -> None:
    ways = [
        Hearing(heard("单子 是 好 的").words, 0.4),
        Hearing(heard("但是 是 好 的").words, 0.3),
        Hearing(heard("但是 事 好 的").words, 0.2),
    ]
    (spotted,) = spot([ways], TrieFinder(PHRASES))
    assert (spotted.phrase, spotted.confidence) == ("但是", pytest.approx(0.5))
    assert ["".join(word.text for word in way) for way in spotted.ways] == ["但是是好的", "单子是好的"]


def test_a_phrase_where_the_first_pass_wrote_something_else_is_proposed_for_the_words_at_its_time() -> None:
    turn = heard("好 的 提 的 是 就 别管 了 再见", sure=0.5)
    listener = Expecting(heard("这不关我的事", start_s=0.4).words, 0.8)
    (proposal,) = expect((turn,), (), PHRASES, PHRASES, listener).proposals
    assert listener.asked == [(0.0, pytest.approx(turn.end_s + BAD_PAD_S))]
    assert (proposal.phrase, proposal.heard, proposal.spotted) == ("这不关我的事", "提的是就别管", 0.8)
    assert turn.text[slice(*proposal.span)] == proposal.heard
    assert proposal.cost > 0


def test_a_near_miss_learns_how_surely_its_phrase_was_heard() -> None:
    turn = heard("那 这 不 关 我 的 是", sure=0.5)
    near_misses = propose((turn,), SoundIndex(PHRASES))
    listener = Expecting(heard("那 这 不 关 我 的 事").words, 0.9)
    heard_it = expect((turn,), near_misses, PHRASES, PHRASES, listener).proposals
    assert [one.spotted for one in heard_it] == [pytest.approx(0.9)] * len(near_misses)
    assert {one.phrase for one in heard_it} == {one.phrase for one in near_misses}
    not_heard = expect((turn,), near_misses, PHRASES, PHRASES, Expecting(heard("那 就 这样").words)).proposals
    assert {one.spotted for one in not_heard} == {0.0}


def test_a_near_miss_reaches_as_far_as_it_was_heard() -> None:
    turn = heard("误会 了", start_s=1.0, sure=0.5)
    (near,) = propose((turn,), SoundIndex(["你误会了"]))
    listener = Expecting(heard("您 误会 了", start_s=0.8).words)
    (told,) = expect((turn,), (near,), ["你误会了"], PHRASES, listener).proposals
    assert (told.start_s, told.end_s, told.span) == (pytest.approx(0.8), pytest.approx(1.6), near.span)


def test_a_phrase_that_the_first_pass_wrote_is_no_proposal() -> None:
    turn = heard("这 不 关 我 的 事", sure=0.5)
    assert expect((turn,), (), PHRASES, PHRASES, Expecting(turn.words)).proposals == ()


def test_a_longer_phrase_around_one_that_the_first_pass_wrote_is_a_proposal() -> None:
    turn = heard("来 不 关 我 的 事", sure=0.5)
    (proposal,) = expect((turn,), (), PHRASES, PHRASES, Expecting(heard("这 不 关 我 的 事").words)).proposals
    assert (proposal.phrase, proposal.heard) == ("这不关我的事", "来不关我的事")


def test_a_phrase_heard_where_nothing_was_written_is_left() -> None:
    turn = heard("您好", sure=0.5)
    assert expect((turn,), (), PHRASES, PHRASES, Expecting(heard("但是", start_s=7.0).words)).proposals == ()
