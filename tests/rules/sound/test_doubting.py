"""A phrase of the first pass that was heard again in an innocent context is doubted; one that was not heard is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from callcoach.datapath import Hearing, Speaker
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.sound.doubting import Doubt, doubts, less_sure
from callcoach.rules.sound.vocabulary import innocence_of
from tests.rules.sound.turns import heard

INNOCENT = innocence_of(load_rulebook("service-language"), Speaker.AGENT)
FINDER = TrieFinder(["我不能", "但是"])
TURN = heard("我 不能 家 谢谢 您", sure=0.8)


def doubted(*ways: tuple[str, float]) -> Sequence[Doubt]:
    hearings = [[Hearing(heard(text).words, probability) for text, probability in ways]]
    return list(doubts([TURN], hearings, FINDER, INNOCENT))


def test_a_phrase_heard_in_innocent_words_alone_is_doubted_and_takes_no_points() -> None:
    (doubt,) = doubted(("我 不能 不 谢谢 您", 0.7), ("我 不能 不 谢谢 那", 0.2), ("我 难道 谢谢", 0.1))
    assert (doubt.phrase, doubt.span, doubt.innocent) == ("我不能", (0, 3), pytest.approx(1.0))
    assert [word.confidence for word in less_sure(TURN, [doubt]).words] == pytest.approx([0.0, 0.0, 0.8, 0.8, 0.8])
    assert less_sure(TURN, [doubt]).text == TURN.text


@pytest.mark.parametrize(
    "ways",
    [
        [("我 不能 不 谢谢 您", 0.5), ("我 不能 给 谢谢 您", 0.5)],
        [("我 不能 不 谢谢 您", 0.3), ("我 难道 谢谢", 0.7)],
        [("那 就 谢谢 您", 1.0)],
        [("好 的 不 客气 我 不能 不 谢谢 您", 1.0)],
    ],
    ids=["as likely a fault", "hardly heard", "not heard", "heard at another time"],
)
def test_otherwise_it_stands(ways: list[tuple[str, float]]) -> None:
    assert doubted(*ways) == []


def test_what_is_innocent_as_it_was_written_needs_no_doubt() -> None:
    turn = heard("不 但是 我")
    assert list(doubts([turn], [[Hearing(turn.words, 1.0)]], FINDER, INNOCENT)) == []


def test_a_phrase_that_no_rule_excuses_is_not_innocent() -> None:
    assert not INNOCENT("没有这句话", "没有这句话", 0, 5)
