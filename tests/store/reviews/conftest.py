from __future__ import annotations

import pytest

from callcoach.store.engine import Database
from tests.store.reviews.floor import Floor, make_floor


@pytest.fixture
def floor(database: Database) -> Floor:
    """People of two teams, and the scored call c1 of 李 (一组)."""
    return make_floor(database)
