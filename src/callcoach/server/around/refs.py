"""Which call a part of the desk is about, as its address or its form names it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Query

from callcoach.datapath import Direction
from callcoach.store.around.desk_calls import CallRef

Id = Annotated[str, Query(min_length=1, max_length=120, description="The softphone's id of the call, or the call's.")]
Number = Annotated[str, Query(max_length=64, description="The customer's number.")]
DirectionText = Annotated[str, Query(max_length=20)]
Queue = Annotated[str, Query(max_length=120)]


def direction_of(text: str) -> Direction:
    """Return a direction by its name; a desk that does not know it sends nothing, or what it likes."""
    return Direction(text) if text in {one.value for one in Direction} else Direction.UNKNOWN


def _asked(call_id: Id, number: Number = "", direction: DirectionText = "", queue: Queue = "") -> CallRef:
    return CallRef(call_id, number, direction_of(direction), queue)


def _sent(
    call_id: Annotated[str, Form(min_length=1, max_length=120)],
    number: Annotated[str, Form(max_length=64)] = "",
    direction: Annotated[str, Form(max_length=20)] = "",
    queue: Annotated[str, Form(max_length=120)] = "",
) -> CallRef:
    return CallRef(call_id, number, direction_of(direction), queue)


AskedRef = Annotated[CallRef, Depends(_asked)]
"""Parameter of a route whose address names the call."""
SentRef = Annotated[CallRef, Depends(_sent)]
"""Parameter of a route whose form names it."""
