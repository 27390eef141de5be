import numpy as np
import pytest

from callcoach.evaluation.cer import ErrorCount, count_errors, edit_distance, normalise, total


def slow_distance(truth: str, heard: str) -> int:
    """The textbook table, cell by cell."""
    above = list(range(len(heard) + 1))
    for i, wanted in enumerate(truth, start=1):
        row = [i]
        for j, got in enumerate(heard, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (wanted != got)))
        above = row
    return above[-1]


@pytest.mark.parametrize(
    ("truth", "heard", "edits"),
    [
        ("", "", 0),
        ("", "我们", 2),
        ("我们", "", 2),
        ("我想我做不了", "我向我做不了", 1),
        ("这不关我的事", "不关我的事情", 2),
        ("一二三四五", "五四三二一", 4),
    ],
)
def test_distance_of_known_pairs(truth, heard, edits):
    assert edit_distance(truth, heard) == edits


def test_distance_equals_the_textbook_table():
    random = np.random.default_rng(20)
    for _ in range(200):
        truth, heard = ("".join(random.choice(list("甲乙丙"), random.integers(0, 12))) for _ in range(2))
        assert edit_distance(truth, heard) == slow_distance(truth, heard)


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("您好，我是ＡＢ公司的。", "您好我是ab公司的"),
        ("还要30分钟", "还要三十分钟"),
        ("工号235", "工号二百三十五"),
        ("1005元", "一千零五元"),
        ("1200元", "一千二百元"),
        ("15天", "十五天"),
        ("0天", "零天"),
        ("07号", "零七号"),
        ("电话13800138000", "电话一三八零零一三八零零零"),
        ("3.05%", "百分之三点零五"),
        ("幺三八", "一三八"),
        (" 不 但 是 ", "不但是"),
    ],
)
def test_one_spelling(written, spelt):
    assert normalise(written) == spelt


def test_rates_add_up_by_length():
    counts = [count_errors("我不知道。", "我不知道"), count_errors("嗯", "")]
    assert total(counts) == ErrorCount(edits=1, characters=5)
    assert total(counts).rate == pytest.approx(0.2)


def test_speech_heard_where_there_was_none_is_an_error():
    assert count_errors("", "").rate == 0.0
    assert count_errors("", "嗯").rate == 1.0
