"""What the list shows beneath a call that a search found: where it was said, whatever the index made equal."""

from __future__ import annotations

import pytest

from callcoach.datapath import Speaker
from callcoach.principal import Principal, Role
from callcoach.store.call_lists import list_calls
from callcoach.store.engine import Database
from callcoach.store.hits import hits_of
from callcoach.store.model import CallFilter, Hit, PageRequest
from callcoach.store.search.index import index_call
from callcoach.store.tables import CallRow, TurnRow
from tests.store.calls import put_call

BOSS = Principal(1, "管理员", Role.ADMINISTRATOR)
SAID = (
    "您好，请问有什么可以帮您",
    "請問電子發票寄到哪裡",
    "套餐是５Ｇ的吗，ABC 那种",
    "我先看看，然后给您开具一张电子的发票",
    "好的，谢谢，再见",
)


def turn(call_pk: int, number: int, text: str) -> TurnRow:
    start_s = number * 10.0
    return TurnRow(call_pk=call_pk, number=number, speaker=Speaker.AGENT, start_s=start_s, end_s=start_s + 5, text=text)


@pytest.fixture
def spoken(database: Database) -> Database:
    with database.writing() as session:
        put_call(session, 0)
        pk = session.query(CallRow.pk).scalar()
        session.add_all(turn(pk, number, text) for number, text in enumerate(SAID))
        index_call(session, pk, SAID)
    return database


def found(database: Database, text: str) -> Hit:
    with database.reading() as session:
        [call] = list_calls(session, BOSS, CallFilter(text=text), PageRequest()).calls
        return hits_of(session, [call.pk], text)[call.pk]


def said(hit: Hit) -> list[str]:
    return [piece.text for piece in hit.pieces if piece.is_said]


@pytest.mark.parametrize(
    ("text", "marked", "turn"),
    [
        ("你好", ["您好"], 0),
        ("您好", ["您好"], 0),
        ("发票寄到", ["發票寄到"], 1),
        ("電子發票", ["電子發票"], 1),
        ("5g", ["５Ｇ"], 2),
        ("abc", ["ABC"], 2),
        ("ａｂｃ", ["ABC"], 2),
        ("好的谢谢", ["好的，谢谢"], 4),
        ("开具发票", ["开具", "发票"], 3),
        ("发票 开具", ["开具", "发票"], 3),
        ("谢谢 再见", ["谢谢", "再见"], 4),
        ("您好 再见", ["您好"], 0),
    ],
)
def test_what_is_found_is_shown_as_it_was_said(spoken: Database, text: str, marked: list[str], turn: int) -> None:
    hit = found(spoken, text)
    assert said(hit) == marked
    assert turn * 10 <= hit.at_s < turn * 10 + 5
    assert "".join(piece.text for piece in hit.pieces).replace("…", "") in SAID[turn]


def test_a_long_turn_is_cut_around_what_was_found(database: Database) -> None:
    text = "甲" * 100 + "发票" + "乙" * 100 + "工单" + "丙" * 100
    with database.writing() as session:
        put_call(session, 0)
        pk = session.query(CallRow.pk).scalar()
        session.add(TurnRow(call_pk=pk, number=0, speaker=Speaker.AGENT, start_s=0, end_s=30, text=text))
        index_call(session, pk, [text])
    pieces = [piece.text for piece in found(database, "发票 工单").pieces]
    assert pieces == ["…", "甲" * 14, "发票", "乙" * 14, "…", "乙" * 14, "工单", "丙" * 14, "…"]


def test_nothing_to_look_for_shows_nothing(spoken: Database) -> None:
    with spoken.reading() as session:
        assert hits_of(session, [1], "，！ ") == {}
        assert hits_of(session, [], "发票") == {}
        assert hits_of(session, [1], "没说过") == {}
