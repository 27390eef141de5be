from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest

from callcoach.datapath import Direction
from callcoach.errors import InputError
from callcoach.principal import Principal, Role
from callcoach.store.call_lists import list_calls
from callcoach.store.engine import Database
from callcoach.store.model import CallFilter, PageRequest, SortKey
from callcoach.store.tables import CallRow
from tests.store.calls import FIRST, put_call

pytestmark = pytest.mark.slow

BOSS = Principal(1, "管理员", Role.ADMINISTRATOR)
COUNT = 7


@pytest.fixture
def filled(database: Database) -> Database:
    """Calls c0 to c6; those divisible by three have a score, which many share; c4 is reviewed."""
    with database.writing() as session:
        for number in range(COUNT):
            put_call(session, number, agent=f"80{number % 2}", tags=("投诉",) if number == 2 else ())
        for row in session.query(CallRow):
            number = int(row.id[1:])
            row.score = 80.0 if number % 3 == 0 else None
            row.duration_s = 60.0 + number % 2
            row.reviewed = number == 4
    return database


def found(database: Database, wanted: CallFilter) -> list[str]:
    with database.reading() as session:
        return [call.id for call in list_calls(session, BOSS, wanted, PageRequest(descending=False)).calls]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CallFilter(), ["c0", "c1", "c2", "c3", "c4", "c5", "c6"]),
        (CallFilter(agent="801"), ["c1", "c3", "c5"]),
        (CallFilter(direction=Direction.OUTBOUND), ["c0", "c2", "c4", "c6"]),
        (CallFilter(started_from=FIRST + timedelta(minutes=5)), ["c5", "c6"]),
        (CallFilter(started_before=FIRST + timedelta(minutes=1)), ["c0"]),
        (CallFilter(score_min=80.0), ["c0", "c3", "c6"]),
        (CallFilter(score_max=79.9), []),
        (CallFilter(duration_min_s=60.5), ["c1", "c3", "c5"]),
        (CallFilter(duration_max_s=60.5), ["c0", "c2", "c4", "c6"]),
        (CallFilter(reviewed=True), ["c4"]),
        (CallFilter(tag="投诉"), ["c2"]),
        (CallFilter(number="1380000000"), ["c0", "c1", "c2", "c3", "c4", "c5", "c6"]),
        (CallFilter(number="13800000003"), ["c3"]),
        (CallFilter(number="%"), []),
        (CallFilter(rule="neg.but"), []),
    ],
)
def test_filters(filled: Database, wanted: CallFilter, expected: list[str]) -> None:
    assert found(filled, wanted) == expected


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", list(SortKey))
@pytest.mark.parametrize("limit", [1, 2, 3, COUNT, COUNT + 1])
def test_pages_join_to_the_whole_list(filled: Database, sort: SortKey, descending: bool, limit: int) -> None:
    with filled.reading() as session:
        whole = list_calls(session, BOSS, CallFilter(), PageRequest(sort, descending, limit=COUNT))
        assert whole.next_cursor == ""
        pages: list[str] = []
        cursor = ""
        while True:
            page = list_calls(session, BOSS, CallFilter(), PageRequest(sort, descending, cursor, limit))
            pages += [call.id for call in page.calls]
            cursor = page.next_cursor
            if not cursor:
                break
    assert pages == [call.id for call in whole.calls]
    assert len(set(pages)) == COUNT


def test_a_call_without_score_sorts_as_the_lowest(filled: Database) -> None:
    with filled.reading() as session:
        calls = list_calls(session, BOSS, CallFilter(), PageRequest(SortKey.SCORE)).calls
    assert [call.score for call in calls] == [80.0, 80.0, 80.0, None, None, None, None]


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WyJzdGFydGVkIiwgMSwgMV0", "WyJzdGFydGVkIiwgIjIwMjYtMDEtMDEiLCAxXQ", "💥"]
)
def test_a_foreign_cursor_is_refused(filled: Database, cursor: str) -> None:
    with filled.reading() as session, pytest.raises(InputError, match="does not belong to this list"):
        list_calls(session, BOSS, CallFilter(), PageRequest(after=cursor))


@pytest.mark.parametrize(
    "wanted",
    [
        CallFilter(agent="\0"),
        CallFilter(number="\0"),
        CallFilter(tag="a\0"),
        CallFilter(text="\0"),
        CallFilter(score_min=float("nan")),
        CallFilter(duration_max_s=float("inf")),
    ],
)
def test_odd_values_find_nothing_or_are_refused(filled: Database, wanted: CallFilter) -> None:
    with contextlib.suppress(InputError):
        assert len(found(filled, wanted)) in (0, COUNT)


def test_a_cursor_of_another_order_is_refused(filled: Database) -> None:
    with filled.reading() as session:
        cursor = list_calls(session, BOSS, CallFilter(), PageRequest(SortKey.SCORE, limit=2)).next_cursor
        with pytest.raises(InputError):
            list_calls(session, BOSS, CallFilter(), PageRequest(SortKey.STARTED, after=cursor))
