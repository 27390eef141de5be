"""What falls due by itself: samples, the end of the time to appeal, appeals nobody has, callbacks, roll-ups.

A thread looks again and again. Each piece is a transaction of its own and finds by itself what is owed, so that a
restart, a long downtime or several servers change nothing in what comes of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from callcoach.errors import CallCoachError
from callcoach.server.review.desk import decision_due
from callcoach.server.services import Services
from callcoach.store.around.callbacks import escalate_overdue
from callcoach.store.around.complaints import tell_late
from callcoach.store.around.follow_up_plans import close_follow_ups, draw_follow_ups, follow_up_plans_in_force
from callcoach.store.reviews.appeals import lapse, overdue
from callcoach.store.reviews.appointing import appoint, without_judge
from callcoach.store.reviews.drawing import draw_due, plans_in_force
from callcoach.store.trends.rolling import build, prepare
from callcoach.work.calendar import calendar_of

logger = logging.getLogger(__name__)

PAUSE_S = 60.0
"""Between two looks: what falls due does so at midnight, a minute matters to nobody."""


def look(services: Services) -> None:
    """Do what is due now; what fails is logged and due again at the next look."""
    with services.database.reading() as session:
        calls, plans = overdue(session, services.now()), plans_in_force(session)
        appeals, follow_up_plans = without_judge(session), follow_up_plans_in_force(session)
    _try("callbacks that are overdue", lambda: _escalate(services))
    _try("complaints that are late", lambda: _tell_late(services))
    _try("follow-ups whose time is over", lambda: _close_follow_ups(services))
    for plan_id in follow_up_plans:
        _try(f"follow-up plan {plan_id}", lambda plan_id=plan_id: _draw_follow_ups(services, plan_id))
    for call_pk in calls:
        _try(f"the end of an appeal's time (call key {call_pk})", lambda call_pk=call_pk: _lapse(services, call_pk))
    for call_pk in appeals:
        _try(f"who decides an appeal (call key {call_pk})", lambda call_pk=call_pk: _appoint(services, call_pk))
    for plan_id in plans:
        _try(f"sampling plan {plan_id}", lambda plan_id=plan_id: _draw(services, plan_id))


def prepare_trends(services: Services) -> None:
    """Have the days of trends begin in the site's zone."""
    with services.database.writing() as session:
        prepare(session, services.settings.server.time_zone)


def build_trends(services: Services, stopping: threading.Event) -> None:
    """Roll up the days that are not yet, the newest first, until none is left or the server stops."""
    more = True
    while more and not stopping.is_set():
        with services.database.writing() as session:
            more = build(session)


class Clockwork:
    """Looks from `start` to `stop`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="clockwork", daemon=True)

    def start(self) -> None:
        """Begin; what fell due while no server ran is done first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the look that is being taken."""
        self._stopping.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._stopping.is_set():
            _try("the roll-ups of trends", lambda: build_trends(self._services, self._stopping))
            _try("what is due", lambda: look(self._services))
            self._stopping.wait(PAUSE_S)


def _lapse(services: Services, call_pk: int) -> None:
    with services.database.writing() as session:
        lapse(session, call_pk, services.now())


def _escalate(services: Services) -> None:
    patience = timedelta(minutes=services.settings.callbacks.escalate_min)
    with services.database.writing() as session:
        late = escalate_overdue(session, services.now(), patience)
    if late:
        logger.info("%d callbacks are overdue; their supervisors are told", len(late))


def _tell_late(services: Services) -> None:
    with services.database.writing() as session:
        tell_late(session, services.now())


def _close_follow_ups(services: Services) -> None:
    with services.database.writing() as session:
        close_follow_ups(session, services.now())


def _draw_follow_ups(services: Services, plan_id: int) -> None:
    now = services.now()
    today = now.astimezone(calendar_of(services.settings).zone).date()
    with services.database.writing() as session:
        count = draw_follow_ups(session, plan_id, now, today)
    if count:
        logger.info("follow-up plan %d put %d customers on its list", plan_id, count)


def _appoint(services: Services, call_pk: int) -> None:
    now = services.now()
    with services.database.writing() as session:
        appoint(session, call_pk, due_at=decision_due(services.settings, now), at=now)


def _draw(services: Services, plan_id: int) -> None:
    delay = timedelta(hours=services.settings.review.sampling_delay_h)
    with services.database.writing() as session:
        count = draw_due(session, plan_id, services.now(), calendar_of(services.settings), delay)
    if count:
        logger.info("sampling plan %d assigned %d calls", plan_id, count)


def _try(what: str, deed: Callable[[], None]) -> None:
    try:
        deed()
    except CallCoachError as error:
        logger.error("%s was cut short: %s", what, error)  # noqa: TRY400 - our words suffice
    except Exception:  # the thread must go on, whatever one plan met
        logger.exception("%s was cut short", what)
