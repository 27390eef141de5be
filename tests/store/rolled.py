"""Roll-ups for tests: what a server does before it is asked for trends."""

from __future__ import annotations

from callcoach.store.engine import Database
from callcoach.store.trends.rolling import build, prepare


def roll_up(database: Database, zone: str = "Asia/Shanghai") -> None:
    """Have everything rolled up."""
    with database.writing() as session:
        prepare(session, zone)
    more = True
    while more:
        with database.writing() as session:
            more = build(session)
