"""Which of an agent's open desks has the headset: one at a time, the newest that asked; the others only look on."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count


@dataclass(slots=True)
class Seats:
    """Who sits where. To be used in the event loop."""

    _numbers: count[int] = field(default_factory=lambda: count(1))
    _open: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    _headset: dict[int, int] = field(default_factory=dict[int, int])

    def sit_down(self, person_id: int) -> int:
        """Return the number of a desk that was opened."""
        desk = next(self._numbers)
        self._open.setdefault(person_id, set()).add(desk)
        return desk

    def stand_up(self, person_id: int, desk: int) -> None:
        """A desk was closed."""
        desks = self._open.get(person_id, set())
        desks.discard(desk)
        if not desks:
            self._open.pop(person_id, None)
        self.lay_down(person_id, desk)

    def put_on(self, person_id: int, desk: int) -> None:
        """Give the headset to this desk, whoever had it."""
        self._headset[person_id] = desk

    def lay_down(self, person_id: int, desk: int) -> None:
        """Take the headset off, if this desk has it."""
        if self._headset.get(person_id) == desk:
            del self._headset[person_id]

    def has_headset(self, person_id: int, desk: int) -> bool:
        """Whether this desk has it."""
        return self._headset.get(person_id) == desk

    def headset_of(self, person_id: int) -> int | None:
        """Return the desk of the person that has it; None: none."""
        return self._headset.get(person_id)

    def is_there(self, person_id: int) -> bool:
        """Whether the person has a desk open."""
        return person_id in self._open
