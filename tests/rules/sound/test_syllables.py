import pytest

from callcoach.rules.sound.syllables import FINALS, Syllable, parse_syllable, read_phrase, read_text


@pytest.mark.parametrize(
    ("written", "initial", "final"),
    [
        ("zhi", "zh", "ii"),
        ("ji", "j", "i"),
        ("zi", "z", "ii"),
        ("yi", "", "i"),
        ("ya", "", "ia"),
        ("you", "", "iou"),
        ("yu", "", "v"),
        ("yue", "", "ve"),
        ("yuan", "", "van"),
        ("yong", "", "iong"),
        ("yin", "", "in"),
        ("wu", "", "u"),
        ("wo", "", "uo"),
        ("wei", "", "uei"),
        ("weng", "", "ueng"),
        ("hui", "h", "uei"),
        ("jiu", "j", "iou"),
        ("lun", "l", "uen"),
        ("xue", "x", "ve"),
        ("lue", "l", "ve"),
        ("quan", "q", "van"),
        ("nv", "n", "v"),
        ("er", "", "er"),
        ("ng", "", "en"),
    ],
)
def test_spelling_is_undone(written: str, initial: str, final: str) -> None:
    assert parse_syllable(written) == Syllable(initial, final)
    assert final in FINALS


def test_readings_follow_the_phrase() -> None:
    assert read_text("不会").syllables[1] == Syllable("h", "uei")
    assert read_text("会计").syllables[0] == Syllable("k", "uai")
    assert read_text("做不了").syllables[2] == Syllable("l", "iao")
    assert read_text("我弄错了").syllables[3] == Syllable("l", "e")


def test_characters_without_sound_are_skipped_and_places_kept() -> None:
    spoken = read_text("好，OK 的。")
    assert spoken.syllables == (Syllable("h", "ao"), Syllable("d", "e"))
    assert spoken.at == (0, 5)


def test_text_without_chinese_has_no_syllables() -> None:
    assert read_text("hello 123").syllables == ()
    assert read_text("").at == ()


def test_a_phrase_keeps_the_ways_it_may_be_said() -> None:
    you, wrong = read_phrase("你错")
    assert you == (Syllable("n", "i"), Syllable("n", "in"))
    assert wrong == (Syllable("c", "uo"),)
