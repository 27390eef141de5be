"""Who is told what of the phones: each reader has a queue of their own, and a slow one loses sound, never a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from callcoach.line.wire import SoundFrame, SoundKind

MOST_SOUND = 100
"""Frames that may wait for a reader: 2 s."""
MOST_NEWS = 5000
"""A reader this far behind is not reading; the connection is given up."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened at an agent's phone, as plain data."""

    person_id: int
    kind: str
    """`standing`, `event`, `live`, `connected`, `gone`, `presence`, `message`, `headset`, `answer`."""
    data: dict[str, Any]


Wanted = Callable[[int], bool]
"""Whether a reader wants, and may have, the news of this person."""


@dataclass(eq=False, slots=True)
class Reader:
    """Somebody who reads: a desk, or a floor page."""

    wants: Wanted
    queue: asyncio.Queue[News | SoundFrame] = field(default_factory=asyncio.Queue[News | SoundFrame])
    hears: tuple[int, SoundKind] | None = None
    """The person whose sound the reader gets, and which; None: nobody's."""
    is_lost: bool = False


class Newsroom:
    """All readers. To be used in the event loop."""

    def __init__(self) -> None:
        self._readers: set[Reader] = set()

    @contextmanager
    def reading(self, wants: Wanted) -> Iterator[Reader]:
        """Read the news of those people until the end of the block."""
        reader = Reader(wants)
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def tell(self, news: News) -> None:
        """Tell everybody who wants it."""
        for reader in self._readers:
            if reader.wants(news.person_id):
                reader.is_lost = reader.is_lost or reader.queue.qsize() >= MOST_NEWS
                if not reader.is_lost:
                    reader.queue.put_nowait(news)

    def sound(self, person_id: int, frame: SoundFrame) -> None:
        """Give a frame to who listens to this person."""
        for reader in self._readers:
            if reader.hears == (person_id, frame.kind) and reader.queue.qsize() < MOST_SOUND:
                reader.queue.put_nowait(frame)
