"""The page of sampling plans: whatever a plan can be told is in its form."""

from __future__ import annotations

from starlette.testclient import TestClient

from callcoach.datapath import Direction
from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.store.people import person_by_login
from callcoach.store.reviews.plans import list_plans
from tests.server.conftest import token_for


def test_the_form_tells_seed_direction_and_lengths(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    token_for(services, "lead", Role.SUPERVISOR)
    with services.database.reading() as session:
        lead = person_by_login(session, "lead").id
    page = client.get("/plans", headers=boss).text
    given = {"seed": "7", "direction": "inbound", "duration_min_s": "60", "duration_max_s": "600"}
    assert all(f'name="{name}"' in page for name in given)

    sent = {"name": "每周", "method": "random", "period": "week", "per": "all", "quota": "3", "reviewer_ids": str(lead)}
    answer = client.post("/plans", headers=boss, data={**sent, **given}, follow_redirects=False)

    assert answer.status_code == 303, answer.text
    with services.database.reading() as session:
        terms = list_plans(session)[0].terms
    assert (terms.seed, terms.direction) == (7, Direction.INBOUND)
    assert (terms.duration_min_s, terms.duration_max_s) == (60.0, 600.0)
