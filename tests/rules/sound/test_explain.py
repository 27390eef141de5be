import pytest

from callcoach.rules.sound.explain import differences


@pytest.mark.parametrize(
    ("phrase", "heard", "expected"),
    [
        ("你没有填对", "您没有甜多", [("duei", "duo")]),
        ("你没有填对", "没有填对", [("ni", "")]),
        ("绝对不会", "绝对的不会", [("", "de")]),
        ("这不关我的事", "这不关我的事", []),
        ("这不关我的事", "这不光我的说", [("guan", "guang"), ("shi", "shuo")]),
    ],
)
def test_what_differed_is_told(phrase: str, heard: str, expected: list[tuple[str, str]]) -> None:
    found = differences(phrase, heard)
    assert [(one.expected, one.heard) for one in found] == expected
    assert all(0 < one.cost <= 1 for one in found)


def test_nothing_heard_loses_every_syllable() -> None:
    assert [(one.expected, one.heard) for one in differences("但是", "")] == [("dan", ""), ("shi", "")]
