import pytest

from callcoach.asr.engine import Utterance
from callcoach.asr.turns import build_turns, is_backchannel
from callcoach.datapath import Speaker, Turn, Word

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def words(text: str, start_s: float, word_s: float = 0.3) -> tuple[Word, ...]:
    """Space-separated words, back to back; a number of seconds in the text is a pause (`好 1.2 的`)."""
    made: list[Word] = []
    for part in text.split():
        if part.replace(".", "").isdigit():
            start_s += float(part)
            continue
        made.append(Word(part, round(start_s, 3), round(start_s + word_s, 3), 0.9))
        start_s += word_s
    return tuple(made)


def said(speaker: Speaker, start_s: float, text: str) -> Utterance:
    return Utterance(speaker, words(text, start_s))


def shown(turns: tuple[Turn, ...]) -> list[tuple[Speaker, str]]:
    return [(turn.speaker, turn.text) for turn in turns]


def test_no_utterances_no_turns():
    assert build_turns([]) == ()


def test_turns_alternate_and_are_numbered():
    turns = build_turns([said(AGENT, 0, "您好"), said(CUSTOMER, 1, "你好 我 问 一下"), said(AGENT, 3, "请 说")])
    assert shown(turns) == [(AGENT, "您好"), (CUSTOMER, "你好我问一下"), (AGENT, "请说")]
    assert [turn.index for turn in turns] == [0, 1, 2]


def test_a_turn_spans_its_words_and_joins_them_without_spaces():
    (turn,) = build_turns([said(AGENT, 2, "我 马上 帮 您 查")])
    assert (turn.start_s, turn.end_s, turn.text) == (2.0, 3.5, "我马上帮您查")
    assert "".join(word.text for word in turn.words) == turn.text


def test_a_short_pause_does_not_end_a_turn():
    assert len(build_turns([said(AGENT, 0, "这 是"), said(AGENT, 1.8, "规定")])) == 1


def test_a_long_pause_of_the_same_speaker_does():
    assert len(build_turns([said(AGENT, 0, "请 稍等"), said(AGENT, 10, "让 您 久等 了")])) == 2


def test_assent_amid_a_sentence_does_not_split_it():
    turns = build_turns([said(AGENT, 0, "这 不关"), said(CUSTOMER, 0.7, "嗯"), said(AGENT, 1.2, "我 的 事")])
    assert shown(turns) == [(AGENT, "这不关我的事"), (CUSTOMER, "嗯")]


def test_assent_over_the_agents_running_speech_stays_a_turn_of_its_own():
    turns = build_turns([said(AGENT, 0, "我们 明天 上午 给 您 送到"), said(CUSTOMER, 0.5, "好 的")])
    assert shown(turns) == [(AGENT, "我们明天上午给您送到"), (CUSTOMER, "好的")]


def test_a_real_answer_splits_even_when_the_agent_goes_on_at_once():
    turns = build_turns([said(AGENT, 0, "您 要 哪个"), said(CUSTOMER, 1, "要 红色 的"), said(AGENT, 2, "好 的 红色")])
    assert shown(turns) == [(AGENT, "您要哪个"), (CUSTOMER, "要红色的"), (AGENT, "好的红色")]


def test_one_utterance_with_the_customers_answer_in_its_pause_becomes_two_turns():
    turns = build_turns([said(AGENT, 0, "单号 是 多少 1.2 收到 了"), said(CUSTOMER, 1.0, "六六 零二")])
    assert shown(turns) == [(AGENT, "单号是多少"), (CUSTOMER, "六六零二"), (AGENT, "收到了")]


def test_an_interrupted_speaker_who_stops_gives_up_the_floor():
    turns = build_turns([said(CUSTOMER, 0, "我 上个月 就 说 过"), said(AGENT, 1.2, "您 先 听 我 说")])
    assert shown(turns) == [(CUSTOMER, "我上个月就说过"), (AGENT, "您先听我说")]
    assert turns[1].start_s < turns[0].end_s


def test_utterances_may_come_in_any_order():
    utterances = [said(AGENT, 0, "您好"), said(CUSTOMER, 1, "我 问 个 事情"), said(AGENT, 4, "请 说")]
    assert build_turns(utterances[::-1]) == build_turns(utterances)


def test_unknown_speaker_of_a_mono_mix():
    turns = build_turns([said(Speaker.UNKNOWN, 0, "您好 3 你好")])
    assert shown(turns) == [(Speaker.UNKNOWN, "您好"), (Speaker.UNKNOWN, "你好")]


@pytest.mark.parametrize("text", ["嗯", "嗯 嗯", "好 的", "对 对 对", "是 的", "哦"])
def test_assent(text):
    assert is_backchannel(words(text, 0))


@pytest.mark.parametrize("text", ["不 好", "我 不 要", "好 的 好 的 好 的", "对 1.0 对", "嗯 我 想想"])
def test_no_assent(text):
    assert not is_backchannel(words(text, 0))


def test_an_utterance_without_words_is_refused():
    with pytest.raises(ValueError, match="at least one word"):
        Utterance(AGENT, ())
