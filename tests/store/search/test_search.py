"""Search over what was said, on both databases alike."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcoach.principal import Principal, Role
from callcoach.store import call_lists
from callcoach.store.call_lists import list_calls
from callcoach.store.engine import Database
from callcoach.store.model import CallFilter, PageRequest, SortKey
from callcoach.store.search import index
from callcoach.store.search.index import STRETCH_CHARACTERS, index_call
from callcoach.store.search.tokens import parse_query
from callcoach.store.tables import CallRow
from tests.store.calls import put_call

BOSS = Principal(1, "管理员", Role.ADMINISTRATOR)
SAID = {
    "c0": ("您好请问有什么可以帮您", "我要开具电子发票"),
    "c1": ("这个表格没有填对", "我填了套餐5g的"),
    "c2": ("請問發票寄到哪裡", "我的工号是8061"),
    "c3": ("我要票", "据为己有"),
    "c4": ("发。票", "好的，谢谢"),
}


@pytest.fixture
def spoken(database: Database) -> Database:
    with database.writing() as session:
        for number, turns in enumerate(SAID.values()):
            put_call(session, number)
            pk = session.query(CallRow.pk).where(CallRow.id == f"c{number}").scalar()
            index_call(session, pk, turns)
    return database


def search(database: Database, text: str) -> list[str]:
    with database.reading() as session:
        found = list_calls(session, BOSS, CallFilter(text=text), PageRequest(descending=False))
    return [call.id for call in found.calls]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("发票", ["c0", "c2"]),
        ("電子發票", ["c0"]),
        ("子发", ["c0"]),
        ("发票开具", ["c0"]),  # its words, in another order
        ("没有填", ["c1"]),
        ("您好", ["c0"]),
        ("你好", ["c0"]),
        ("票", ["c0", "c2", "c3", "c4"]),
        ("票据", []),  # two turns
        ("5G", ["c1"]),
        ("套餐5g", ["c1"]),
        ("806", ["c2"]),
        ("061", []),
        ("发票 工号", ["c2"]),
        ("发票 表格", []),
        ("好的谢谢", ["c4"]),
        ("没有的话", []),
        ("！？", []),
        ("' OR 1 \" * : ( ) & | \\ <->", []),
    ],
)
def test_what_is_found(spoken: Database, text: str, expected: list[str]) -> None:
    assert search(spoken, text) == expected


def test_indexing_again_forgets_what_was_indexed(spoken: Database) -> None:
    with spoken.writing() as session:
        pk = session.query(CallRow.pk).where(CallRow.id == "c0").scalar()
        index_call(session, pk, ("改成别的",))
    assert search(spoken, "电子") == []
    assert search(spoken, "改成") == ["c0"]


def test_a_long_call_is_found_by_its_end(database: Database) -> None:
    with database.writing() as session:
        put_call(session, 0)
        pk = session.query(CallRow.pk).scalar()
        index_call(session, pk, (*(["我们的"] * STRETCH_CHARACTERS), "最后说到挂号信"))
    assert search(database, "到挂号") == ["c0"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(max_size=30))
def test_no_text_breaks_the_search(spoken: Database, text: str) -> None:
    search(spoken, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_every_piece_of_what_was_said_is_found(spoken: Database, data: st.DataObject) -> None:
    call_id = data.draw(st.sampled_from(["c0", "c3"]))
    turn = data.draw(st.sampled_from(SAID[call_id]))
    start = data.draw(st.integers(0, len(turn) - 1))
    piece = turn[start : data.draw(st.integers(start + 1, len(turn)))]
    assert call_id in search(spoken, piece)


def test_a_term_is_cut_into_words() -> None:
    [term] = parse_query("开具电子发票")
    assert {"开具", "电子", "发票"} <= set(term.words)
    assert term.grams == ("开具", "具电", "电子", "子发", "发票")


def test_one_word_is_looked_for_by_its_characters() -> None:
    [term] = parse_query("发票")
    assert (term.words, term.grams, term.open_end) == ((), ("发票",), False)


MANY = 30
WORDS = ("发票", "退款", "投诉")


@pytest.fixture
def many(database: Database) -> Database:
    """Calls that say 发票, every second 退款, every tenth 投诉; durations in an order of their own."""
    with database.writing() as session:
        for number in range(MANY):
            put_call(session, number)
            row = session.query(CallRow).filter(CallRow.id == f"c{number}").one()
            row.duration_s = float(number * 7 % MANY)
            steps = zip(WORDS, (1, 2, 10), strict=True)
            index_call(session, row.pk, [f"我要说{word}的事" for word, step in steps if number % step == 0])
    return database


def pages(database: Database, text: str, sort: SortKey, limit: int) -> list[str]:
    """Read a list page by page."""
    found: list[str] = []
    cursor = ""
    with database.reading() as session:
        while True:
            page = list_calls(session, BOSS, CallFilter(text=text), PageRequest(sort, after=cursor, limit=limit))
            found += [call.id for call in page.calls]
            cursor = page.next_cursor
            if not cursor:
                return found


def test_what_many_calls_hold_is_found_alike_whatever_is_looked_through(
    many: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("发票", "退款", "投诉", "我", "发票 退款", "退款 投诉", "没有")
    asked = list(product(texts, (SortKey.STARTED, SortKey.DURATION)))
    expected = {key: pages(many, *key, MANY) for key in asked}
    assert len(expected["退款 投诉", SortKey.STARTED]) == 3
    monkeypatch.setattr(index, "FEW", 1)  # as if more calls held it than are named one by one
    monkeypatch.setattr(call_lists, "LEAST_WINDOW", 1)
    for window, spread, limit in product((1, 5, 5000), (0, 20), (1, 4, MANY)):
        monkeypatch.setattr(call_lists, "MOST_WINDOW", window)
        monkeypatch.setattr(call_lists, "SPREAD", spread)
        for key in asked:
            assert pages(many, *key, limit) == expected[key], (key, window, spread, limit)


@pytest.mark.parametrize("text", ["票", "發", "您", "你", "没", "据", "8", "g", "谢 票", "龘"])
def test_what_most_calls_hold_is_found_alike(spoken: Database, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    expected = search(spoken, text)
    monkeypatch.setattr(index, "FEW", 0)  # as if more calls held it than are named one by one
    assert search(spoken, text) == expected
