"""Listening to live calls from a server's side: orders go to the worker process, its updates to whoever asked.

A worker that died is started again, and the calls that go on are heard on from where they are.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from typing import Any

from callcoach.datapath import Call, CallEvent
from callcoach.live.updates import LiveOver, LiveUpdate
from callcoach.live.worker import Begin, Finish, Happened, Hear, Order, Ready, Setup, UseRules, serve
from callcoach.rules.rulebook import RuleText

log = logging.getLogger(__name__)

NO_CHOICES: Mapping[str, bool] = {}
BYTES_A_FRAME = 4
"""Two sides of 16 bits."""
CLOSE_S = 5.0
"""How long a worker may take to end by itself."""
AGAIN_AFTER_S = (1.0, 1.0, 5.0, 30.0)
"""Pauses before a worker that died is started again; the last one is kept until one has its model loaded."""
FAILING_FROM = 3
"""Workers that died one after the other before their model was loaded: something is wrong, not a crash."""


@dataclass(slots=True)
class _Followed:
    begin: Begin
    tell: Callable[[LiveUpdate], None]
    heard_bytes: int = 0
    is_over: bool = False
    """The call has ended; its last updates are still to come."""

    @property
    def heard_s(self) -> float:
        return self.heard_bytes / BYTES_A_FRAME / self.begin.sample_rate_hz


class Listening:
    """One worker process and the calls it listens to. Methods may be called from any thread; none waits for it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._calls: dict[str, _Followed] = {}
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._deaths = 0
        self.ready = threading.Event()
        """Set while a worker has its model loaded."""
        self._process, self._pipe = self._start()
        self._threads = [
            threading.Thread(target=self._read, name="listening", daemon=True),
            threading.Thread(target=self._write, name="listening-orders", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def begin(
        self,
        call: Call,
        sample_rate_hz: int,
        tell: Callable[[LiveUpdate], None],
        choices: Mapping[str, bool] = NO_CHOICES,
    ) -> None:
        """Listen to a call from its first sample on; `tell` gets its updates, from a thread of its own."""
        followed = _Followed(Begin(call, sample_rate_hz, dict(choices)), tell)
        with self._lock:
            self._calls[call.id] = followed
            self._orders.put(followed.begin)

    def use_rules(self, published: tuple[RuleText, ...]) -> None:
        """Have calls that begin from now on judged with these rules in the place of the rulebook's."""
        with self._lock:
            if published != self._setup.published:
                self._setup = replace(self._setup, published=published)
                self._orders.put(UseRules(published))

    def hear(self, call_id: str, pcm: bytes) -> None:
        """Take the next sound: 16-bit samples, agent and customer in turn. Unknown calls are ignored."""
        with self._lock:
            if (followed := self._calls.get(call_id)) is not None:
                followed.heard_bytes += len(pcm)
                self._orders.put(Hear(call_id, pcm))

    def happened(self, call_id: str, event: CallEvent) -> None:
        """Take an event of the call's signalling."""
        with self._lock:
            if call_id in self._calls:
                self._orders.put(Happened(call_id, event))

    def finish(self, call_id: str) -> None:
        """End a call; its last updates still come, `LiveOver` at the end."""
        with self._lock:
            if (followed := self._calls.get(call_id)) is not None:
                followed.is_over = True
                self._orders.put(Finish(call_id))

    @property
    def is_failing(self) -> bool:
        """Whether no worker can be got to work."""
        return self._deaths >= FAILING_FROM

    def kill_worker(self) -> None:
        """End the worker as a crash would; it is started again."""
        self._process.kill()

    def close(self) -> None:
        """End the worker."""
        self._stopping.set()
        self._orders.put(None)
        self._threads[1].join()
        self._pipe.close()
        self._process.join(CLOSE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._threads[0].join()

    def _start(self) -> tuple[BaseProcess, Any]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(self._setup, theirs), name="callcoach-live", daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _write(self) -> None:
        while (order := self._orders.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # it died: the reader starts another
                self._pipe.send(order)

    def _read(self) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                self.ready.clear()
                self._deaths += 1
                if self._stopping.wait(AGAIN_AFTER_S[min(self._deaths, len(AGAIN_AFTER_S)) - 1]):
                    return
                self._start_again()
                continue
            if isinstance(message, Ready):
                self._deaths = 0
                self.ready.set()
            else:
                self._tell(*message)

    def _tell(self, call_id: str, update: LiveUpdate) -> None:
        with self._lock:
            followed = self._calls.get(call_id)
            if isinstance(update, LiveOver):
                self._calls.pop(call_id, None)
        if followed is not None:
            followed.tell(update)

    def _start_again(self) -> None:
        log.error("the process that listens to live calls ended (%s); it is started again", self._process.exitcode)
        with self._lock:
            with contextlib.suppress(queue.Empty):
                while True:
                    self._orders.get_nowait()
            self._process, self._pipe = self._start()
            for followed in self._calls.values():
                self._orders.put(replace(followed.begin, from_s=followed.heard_s))
                if followed.is_over:
                    self._orders.put(Finish(followed.begin.call.id))
