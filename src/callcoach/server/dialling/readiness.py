"""Whether an agent takes calls: what the dialler asks before it has their telephone call somebody."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from callcoach.server.phones.exchange import Exchange
from callcoach.store.engine import Database
from callcoach.store.presence import presence_of


class AgentState(StrEnum):
    """What an agent does."""

    READY = "ready"
    NOT_READY = "not_ready"
    AFTER_CALL = "after_call"
    """Still busy with what the last call left."""


class Readiness(Protocol):
    """Who is ready. Asked from worker threads, about once a second for each agent who takes progressive calls."""

    def state(self, person_id: int) -> AgentState:
        """Return what an agent does now."""
        ...


class DeskReadiness:
    """What agents say at their desk, at whichever server that is.

    Who has never said anything works with a softphone alone: its being registered is all there is to know. Work after
    a call is covered all the same, because nobody is given another number before the last one has its result.
    """

    def __init__(self, database: Database, exchange: Exchange) -> None:
        self._database = database
        self._exchange = exchange

    def state(self, person_id: int) -> AgentState:
        """Return what the agent last said."""
        phone = self._exchange.find(person_id)
        if phone is None or not phone.standing.registered:
            return AgentState.NOT_READY
        with self._database.reading() as session:
            said = presence_of(session, person_id)
        return AgentState.READY if said.since is None else AgentState(said.state.value)
