from __future__ import annotations

import pytest

from callcoach.errors import NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.call_lists import list_calls
from callcoach.store.calls import get_call
from callcoach.store.engine import Database
from callcoach.store.model import CallFilter, NewPerson, PageRequest
from callcoach.store.people import add_person, as_principal
from tests.store.calls import put_call


@pytest.fixture
def floor(database: Database) -> dict[str, Principal]:
    """Two teams with an agent each and their supervisor; two calls an agent, and one of nobody known."""
    people = {
        "li": NewPerson("li", "李", Role.AGENT, ("一组",), ("806",)),
        "wang": NewPerson("wang", "王", Role.AGENT, ("二组",), ("807",)),
        "one": NewPerson("one", "组长", Role.SUPERVISOR, ("一组",)),
        "both": NewPerson("both", "主管", Role.SUPERVISOR, ("一组", "二组")),
        "none": NewPerson("none", "新主管", Role.SUPERVISOR),
        "trainer": NewPerson("trainer", "培训师", Role.TRAINER),
        "boss": NewPerson("boss", "管理员", Role.ADMINISTRATOR),
    }
    with database.writing() as session:
        principals = {login: as_principal(add_person(session, person)) for login, person in people.items()}
        for number, agent in enumerate(("806", "807", "806", "807", "stranger")):
            put_call(session, number, agent=agent)
    return principals


SEEN = {
    "li": {"c0", "c2"},
    "wang": {"c1", "c3"},
    "one": {"c0", "c2"},
    "both": {"c0", "c1", "c2", "c3"},
    "none": set[str](),
    "trainer": {"c0", "c1", "c2", "c3", "c4"},
    "boss": {"c0", "c1", "c2", "c3", "c4"},
}


@pytest.mark.parametrize("login", list(SEEN))
def test_everybody_sees_the_calls_of_their_role(database: Database, floor: dict[str, Principal], login: str) -> None:
    with database.reading() as session:
        page = list_calls(session, floor[login], CallFilter(), PageRequest())
        assert {call.id for call in page.calls} == SEEN[login]
        for call_id in SEEN["boss"]:
            if call_id in SEEN[login]:
                assert get_call(session, floor[login], call_id).id == call_id
            else:
                with pytest.raises(NotFoundError):
                    get_call(session, floor[login], call_id)


def test_calls_of_an_unknown_agent_become_theirs_who_takes_the_name(
    database: Database, floor: dict[str, Principal]
) -> None:
    with database.writing() as session:
        new = as_principal(add_person(session, NewPerson("zhao", "赵", Role.AGENT, ("二组",), ("stranger",))))
        assert [call.id for call in list_calls(session, new, CallFilter(), PageRequest()).calls] == ["c4"]
        supervisor = list_calls(session, floor["both"], CallFilter(), PageRequest())
        assert {call.id for call in supervisor.calls} == SEEN["boss"]
