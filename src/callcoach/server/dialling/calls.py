"""Which attempt a call of a telephone is: the one piece of memory between asking a telephone and what it tells.

Lost with the server; what it held is found again from the database and from how things stand at the telephones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, Any]


@dataclass(slots=True)
class PlacedCall:
    """A call placed from a list."""

    attempt_id: int
    person_id: int
    call_id: str
    answered: bool = False
    given_up: bool = False
    """Whether we hung up because nobody answered."""


@dataclass(slots=True)
class PlacedCalls:
    """All calls that were placed from lists and have not ended."""

    by_id: dict[str, PlacedCall] = field(default_factory=dict[str, PlacedCall])
    _early: dict[int, list[Event]] = field(default_factory=dict[int, list[Event]])
    """What a telephone told while it was being asked: its answer, which names the call, may come after."""

    def asking(self, person_id: int) -> None:
        """Keep what the person's telephone tells until `placed` or `refused`."""
        self._early[person_id] = []

    def is_asking(self, person_id: int) -> bool:
        """Whether the person's telephone is being asked now."""
        return person_id in self._early

    def placed(self, call: PlacedCall) -> list[Event]:
        """Know a call from now on; return what was told of it already."""
        self.by_id[call.call_id] = call
        early = self._early.pop(call.person_id, [])
        return [event for event in early if event.get("call_id") == call.call_id]

    def refused(self, person_id: int) -> None:
        """Forget what was told: the telephone has not placed the call."""
        self._early.pop(person_id, None)

    def of_event(self, person_id: int, event: Event) -> PlacedCall | None:
        """Return the call an event is about; None: of no list, or kept until the telephone has answered."""
        if person_id in self._early:
            self._early[person_id].append(event)
            return None
        return self.by_id.get(str(event.get("call_id", "")))

    def ended(self, call: PlacedCall) -> None:
        """Forget a call."""
        self.by_id.pop(call.call_id, None)

    def of_person(self, person_id: int) -> list[PlacedCall]:
        """Return the person's calls."""
        return [call for call in self.by_id.values() if call.person_id == person_id]
