from __future__ import annotations

import pytest

from callcoach.errors import AccessError, ConflictError, InputError, NotFoundError
from callcoach.review.acts import Act, Finish, Judge, Verdict
from callcoach.review.guards import Actor
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.rounds import (
    Round,
    RoundTerms,
    add_round,
    close_round,
    get_round,
    list_rounds,
    own_sheet,
    round_result,
)
from callcoach.store.reviews.sheets import Sheet, read_sheet
from tests.review.builders import BASIS, FINDINGS, NOON
from tests.store.reviews.floor import Floor


@pytest.fixture
def made(floor: Floor) -> Round:
    return begin(floor, "one", "trainer")


def begin(floor: Floor, *logins: str, by: str = "boss", calls: tuple[str, ...] = ("c1",)) -> Round:
    terms = RoundTerms("一月", calls, tuple(floor[login].person_id for login in logins))
    with floor.database.writing() as session:
        return add_round(session, floor[by], terms, NOON)


def write(floor: Floor, made: Round, login: str, act: Act) -> Sheet:
    with floor.database.writing() as session:
        ref = own_sheet(session, floor[login], made.id, "c1", to_write=True)
        return do(session, "c1", ref, BASIS, Deed(act, Actor(floor[login].person_id), NOON, "因为"))


def hand_in(floor: Floor, made: Round, login: str, *rejected: str) -> None:
    for one in FINDINGS:
        verdict = Verdict.REJECTED if one.id in rejected else Verdict.CONFIRMED
        write(floor, made, login, Judge(one.id, verdict))
    write(floor, made, login, Finish(None))


def test_a_round_of_two_blind_reviewers(floor: Floor, made: Round) -> None:
    hand_in(floor, made, "one", "f1")
    with floor.database.reading() as session:
        theirs = read_sheet(session, own_sheet(session, floor["trainer"], made.id, "c1", to_write=False))
        assert theirs.events == ()
        with pytest.raises(ConflictError, match="open"):
            round_result(session, floor["boss"], made.id)
    hand_in(floor, made, "trainer", "f1", "f2")
    with floor.database.writing() as session:
        closed = close_round(session, floor["boss"], made.id, NOON)
        result = round_result(session, floor["one"], made.id)
    assert set(closed.handed_in) == {("c1", floor["one"].person_id), ("c1", floor["trainer"].person_id)}
    assert result.kappa is not None
    assert result.kappa.value == pytest.approx(0.4)  # yes/yes, no/no, one yes/no
    assert result.between_reviewers == 10.0
    assert result.to_machine[floor["one"].person_id].mean == 0.0
    assert result.to_machine[floor["trainer"].person_id].mean == 10.0
    assert result.disputed == (("c1", "f2"),)


def test_a_round_changes_nothing_of_the_call(floor: Floor, made: Round) -> None:
    hand_in(floor, made, "one", "f1", "f2", "f3")
    row = floor.row("c1")
    assert (row.reviewed, row.reviewed_score) == (False, None)


def test_a_closed_round_is_not_written_on(floor: Floor, made: Round) -> None:
    with floor.database.writing() as session:
        close_round(session, floor["boss"], made.id, NOON)
    with pytest.raises(ConflictError, match="was closed"):
        write(floor, made, "one", Judge("f1", Verdict.CONFIRMED))
    with pytest.raises(ConflictError, match="was closed"), floor.database.writing() as session:
        close_round(session, floor["boss"], made.id, NOON)


def test_only_reviewers_of_the_round_write(floor: Floor, made: Round) -> None:
    with pytest.raises(AccessError):
        write(floor, made, "boss", Judge("f1", Verdict.CONFIRMED))
    with pytest.raises(NotFoundError):
        write(floor, made, "two", Judge("f1", Verdict.CONFIRMED))


def test_who_sees_a_round(floor: Floor, made: Round) -> None:
    with floor.database.reading() as session:
        seen = {login: [one.id for one in list_rounds(session, floor[login])] for login in ("one", "two", "trainer")}
        assert seen == {"one": [made.id], "two": [], "trainer": [made.id]}
        with pytest.raises(NotFoundError):
            get_round(session, floor["two"], made.id)


def test_a_supervisor_closes_only_own_rounds(floor: Floor, made: Round) -> None:
    with pytest.raises(AccessError), floor.database.writing() as session:
        close_round(session, floor["one"], made.id, NOON)


@pytest.mark.parametrize(
    ("logins", "calls", "error"),
    [
        (("one",), ("c1",), InputError),
        (("one", "one"), ("c1",), InputError),
        (("one", "two"), ("c1",), InputError),  # 二组组长 may not see the call
        (("one", "li"), ("c1",), InputError),
        (("one", "boss"), ("c9",), NotFoundError),
    ],
)
def test_a_round_that_cannot_be_is_told(
    floor: Floor, logins: tuple[str, ...], calls: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        begin(floor, *logins, calls=calls)
    with floor.database.reading() as session:
        assert list_rounds(session, floor["boss"]) == ()
