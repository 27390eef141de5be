import pytest

from callcoach.datapath import Speaker
from callcoach.rules.sound.amending import AMEND_FROM, amend_turns
from callcoach.rules.sound.search import SoundIndex
from tests.rules.sound.turns import heard


def test_a_likely_near_miss_is_written_as_the_phrase() -> None:
    turn = heard("退货 会 使 我们 公司 的 规定 办理", sure=0.4)
    amended = amend_turns((turn,), SoundIndex(["这是我们公司的规定"]), None)
    (after,), (amendment,) = amended.turns, amended.amendments
    assert after.text == "退货会这是我们公司的规定办理"
    assert after.text[slice(*amendment.span)] == "这是我们公司的规定"
    assert amendment.proposal.heard == "使我们公司的规定"
    assert [(one.expected, one.heard) for one in amendment.differences] == [("zhe", "")]
    (word,) = (word for word in after.words if word.text == "这是我们公司的规定")
    assert word.confidence == amendment.confidence >= AMEND_FROM
    assert (word.start_s, word.end_s) == pytest.approx((0.6, 2.2))
    assert (after.start_s, after.end_s) == (turn.start_s, turn.end_s)


def test_words_across_the_edges_keep_their_other_characters() -> None:
    turn = heard("退货会使 我们 公司 的 规定办理", sure=0.4)
    (after,) = amend_turns((turn,), SoundIndex(["这是我们公司的规定"]), None).turns
    assert [word.text for word in after.words] == ["退货会", "这是我们公司的规定", "办理"]
    assert [word.start_s for word in after.words] == pytest.approx([0.0, 0.6, 2.2])


def test_spans_of_several_amendments_in_a_turn_count_in_the_new_text() -> None:
    turn = heard("使 我们 公司 的 规定 不 是 我 应该 做 的", sure=0.4)
    phrases = ["这是我们公司的规定", "这不是我应该做的"]
    amended = amend_turns((turn,), SoundIndex(phrases), None)
    assert [amended.turns[0].text[slice(*one.span)] for one in amended.amendments] == phrases


def test_unlikely_near_misses_and_other_turns_stay_as_they_are() -> None:
    turns = (
        heard("希望 订 单 是 哪天"),
        heard("使 我们 公司 的 规定", index=1, start_s=4.0, speaker=Speaker.CUSTOMER),
    )
    amended = amend_turns(turns, SoundIndex(["但是", "这是我们公司的规定"]), None, speaker=Speaker.AGENT)
    assert amended.turns == turns
    assert amended.amendments == ()


def test_a_rest_that_would_make_another_word_with_the_phrase_is_left_out() -> None:
    turn = heard("这 是 你 的 食物 的 影响", sure=0.4)
    (after,) = amend_turns((turn,), SoundIndex(["这是你的事"]), None).turns
    assert after.text == "这是你的事的影响"
