"""The rounds: a thread that puts waiting calls into the queue and looks into the watched folders, again and again."""

from __future__ import annotations

import logging
import threading

from callcoach.errors import CallCoachError
from callcoach.work import flow
from callcoach.work.desk import Desk
from callcoach.work.folders import FolderWatch
from callcoach.work.measuring import measure_old
from callcoach.work.receiving import clear_incoming

logger = logging.getLogger(__name__)

PAUSE_S = 2.0
"""Between two rounds; what is uploaded here does not wait for one."""


class Rounds:
    """Work on calls, from `start` to `stop`. Does nothing at all where the settings leave the work to others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._watch = FolderWatch(desk)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="rounds", daemon=True)
        self._measured_to = 0
        """Key up to which old calls were measured; -1: all are."""

    @property
    def at_work(self) -> bool:
        """Whether this server works on calls."""
        return self._desk.settings.work.calls_at_once > 0

    def start(self) -> None:
        """Begin, going on with what was left."""
        if self.at_work:
            clear_incoming(self._desk)
            flow.start(self._desk)
            self._thread.start()

    def stop(self) -> None:
        """End after the round that is being made."""
        if self._thread.is_alive():
            self._stopping.set()
            self._thread.join()
        if self.at_work:
            flow.stop()

    def _go(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch.look()
                flow.enqueue_waiting(self._desk)
                flow.give_up_on_killers(self._desk)
                if self._measured_to >= 0:
                    self._measured_to = measure_old(self._desk, self._measured_to)
            except CallCoachError as error:
                logger.error("the round was cut short: %s", error)  # noqa: TRY400 - our words suffice
            except Exception:  # the thread must go on, whatever one round met
                logger.exception("the round was cut short")
            self._stopping.wait(PAUSE_S)


def hurry(desk: Desk) -> None:
    """Put what has just come in into the queue at once; where that fails, the next round does it."""
    if desk.settings.work.calls_at_once == 0:
        return
    try:
        flow.enqueue_waiting(desk)
    except Exception:  # the call is safe; what is late is only its work
        logger.exception("the work is put into the queue by the next round")
