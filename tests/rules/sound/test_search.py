import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.rules.sound.search import MAX_COST, SoundIndex

CHARACTERS = "我你他们不会能是但这那的了事管关填错对做想应该必须知道公司规定绝可"


@pytest.mark.parametrize(
    ("phrase", "heard", "span"),
    [
        ("这不关我的事", "那您说这不关我的是吗", (3, 9)),
        ("你没有填对", "上面您没有钱对啊", (2, 7)),
        ("我想我做不了", "我向我做不了主", (0, 6)),
        ("你弄错了", "林弄错了", (0, 4)),
        ("你没有填对", "没有填对", (0, 4)),
        ("表格填错了", "表格田错", (0, 4)),
    ],
)
def test_a_phrase_is_found_by_its_sound(phrase: str, heard: str, span: tuple[int, int]) -> None:
    (hit,) = SoundIndex([phrase]).find([heard])
    assert (hit.start, hit.end) == span
    assert 0 <= hit.cost <= MAX_COST


@pytest.mark.parametrize("heard", ["请问您贵姓", "", "hello", "好的我帮您查一下订单"])
def test_other_sounds_are_left_alone(heard: str) -> None:
    assert SoundIndex(["这不关我的事", "我想我做不了"]).find([heard]) == []


def test_a_hit_never_crosses_from_one_text_into_the_next() -> None:
    assert SoundIndex(["这不关我的事"]).find(["这不关", "我的事"]) == []


def test_hits_of_all_texts_come_in_order() -> None:
    hits = SoundIndex(["但是", "我不能"]).find(["但是我不能", "好", "我不能但是"])
    assert [(hit.text_index, hit.phrase, hit.start) for hit in hits] == [
        (0, "但是", 0),
        (0, "我不能", 2),
        (2, "我不能", 0),
        (2, "但是", 3),
    ]


def test_of_overlapping_places_the_nearest_in_sound_is_kept() -> None:
    (hit,) = SoundIndex(["但是"]).find(["但但是"])
    assert (hit.start, hit.end, hit.cost) == (1, 3, 0)


def test_phrases_too_short_for_sound_are_left_out() -> None:
    assert SoundIndex(["不", "ok", "但是"]).phrases == ("但是",)


def test_no_phrases_and_no_texts_give_nothing() -> None:
    assert SoundIndex([]).find(["但是"]) == []
    assert SoundIndex(["但是"]).find([]) == []


@given(st.text(CHARACTERS, max_size=8), st.text(CHARACTERS, min_size=2, max_size=8), st.text(CHARACTERS, max_size=8))
def test_a_text_that_holds_the_phrase_is_always_found(before: str, phrase: str, after: str) -> None:
    hits = SoundIndex([phrase]).find([before + phrase + after])
    assert hits
    assert all(0 <= hit.start < hit.end <= len(before + phrase + after) for hit in hits)
