import pytest

from callcoach.datapath import Speaker
from callcoach.rules.sound.proposals import propose
from callcoach.rules.sound.search import SoundIndex
from tests.rules.sound.turns import heard


def test_a_near_miss_is_proposed_with_its_place_in_text_and_sound() -> None:
    turns = (heard("好的"), heard("那 您 没有 钱 对 啊", index=1, start_s=2.0))
    (proposal,) = propose(turns, SoundIndex(["你没有填对"]))
    assert (proposal.turn_index, proposal.span, proposal.heard) == (1, (1, 6), "您没有钱对")
    assert (proposal.start_s, proposal.end_s) == pytest.approx((2.2, 3.2))
    assert 0 < proposal.cost < 0.1


def test_what_stands_there_letter_for_letter_is_no_proposal() -> None:
    assert propose((heard("您 没有 填 对"),), SoundIndex(["你没有填对"])) == ()


def test_a_place_that_overlaps_a_phrase_letter_for_letter_is_no_proposal() -> None:
    index = SoundIndex(["我不能", "我们不能"])
    assert propose((heard("我 不能 办"),), index) == ()
    assert "我们不能" in [one.phrase for one in propose((heard("我们 能 办"),), index)]


@pytest.mark.parametrize(("heard_text", "found"), [("单 是", True), ("的 是", False), ("可 是", False)])
def test_short_phrases_must_sound_nearly_the_same(heard_text: str, found: bool) -> None:
    assert bool(propose((heard(heard_text),), SoundIndex(["但是"]))) is found


def test_only_the_wanted_speaker_is_searched() -> None:
    turns = (heard("没有 填 对", speaker=Speaker.CUSTOMER), heard("没有 填 对", index=1, start_s=3.0))
    index = SoundIndex(["你没有填对"])
    assert [one.turn_index for one in propose(turns, index, speaker=Speaker.AGENT)] == [1]
    assert [one.turn_index for one in propose(turns, index)] == [0, 1]


def test_no_turns_give_no_proposals() -> None:
    assert propose((), SoundIndex(["但是"])) == ()
