"""One line has one key, however its number is written."""

from __future__ import annotations

import pytest

from callcoach.customers.numbers import MOST_KEY, is_dialable, number_key

SAME = {
    "13800000020": (
        "13800000020",
        "+86 138 0000 0020",
        "+86-138-0000-0020",
        "0086 13800000020",
        "8613800000020",
        "013800000020",
        "086 138 0000 0020",
        "（138）0000 0020",
        "１３８００００００２０",
        "tel:+8613800000020",
        "sip:13800000020@pbx.example.com:5060;transport=tcp",
        " 138.0000.0020 ",
    ),
    "1065000000": ("010-6500 0000", "+86 10 6500 0000", "(010)65000000", "01065000000", "010-65000000转806"),
    "75586000000": ("0755-8600 0000", "+86 755 86000000", "0755-86000000,12"),
    "4008001234": ("400-800-1234", "4008001234"),
    "8001": ("8001", " 8001 "),
    "0800": ("0800",),
    "95588": ("95588",),
    "+14155550100": ("+1 (415) 555-0100", "001 415 555 0100"),
    "anonymous": ("Anonymous", "sip:anonymous@anonymous.invalid"),
}


@pytest.mark.parametrize(("key", "written"), [(key, one) for key, ones in SAME.items() for one in ones])
def test_ways_of_writing_a_number_have_one_key(key: str, written: str) -> None:
    assert number_key(written) == key
    assert number_key(key) == key, "a key is its own key"


def test_different_lines_keep_different_keys() -> None:
    written = ("13800000020", "13800000021", "8001", "01065000000", "02165000000", "+14155550100", "806")
    assert len({number_key(one) for one in written}) == len(written)


@pytest.mark.parametrize("nothing", ["", "  ", "-", "（）", "\u3000"])
def test_no_number_has_no_key(nothing: str) -> None:
    assert number_key(nothing) == ""


def test_a_key_has_a_bounded_length() -> None:
    assert len(number_key("9" * 500)) == MOST_KEY


@pytest.mark.parametrize(
    ("text", "may"),
    [("138 0000 0020", True), ("+1 415 555 0100", True), ("8001", True), ("anonymous", False), ("", False)],
)
def test_what_can_be_dialled(text: str, may: bool) -> None:
    assert is_dialable(text) is may
