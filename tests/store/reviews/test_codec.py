from __future__ import annotations

import json

from hypothesis import given

from callcoach.review.acts import Event
from callcoach.store.reviews.codec import act_from_json, act_to_json, basis_from_json, basis_to_json
from tests.review.acts import stories
from tests.review.builders import BASIS


@given(stories())
def test_every_act_comes_back_as_it_was(events: list[Event]) -> None:
    for event in events:
        assert act_from_json(json.loads(json.dumps(act_to_json(event.act)))) == event.act


def test_a_basis_comes_back_as_it_was() -> None:
    assert basis_from_json(json.loads(json.dumps(basis_to_json(BASIS)))) == BASIS
