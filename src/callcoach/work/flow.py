"""Runs the steps of every call as a durable workflow of DBOS, and keeps them in its queue.

DBOS writes down each step that has finished. A server that was killed goes on with its calls when it starts again,
at the first step that had not finished. Its tables lie beside ours: in a file of their own, or in a schema of
their own on PostgreSQL. The one module that imports DBOS, which keeps one instance a process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID

from callcoach.errors import CallCoachError, StoreBusyError, WorkflowError
from callcoach.store.calls import call_exists
from callcoach.store.engine import database_url
from callcoach.store.work import fail, not_queued, note_queued, step_finished
from callcoach.work import steps
from callcoach.work.desk import Desk

logger = logging.getLogger(__name__)

QUEUE = "calls"
WORK_FILE = "work.sqlite"
VERSION = "1"
"""Raised when the steps change, so that work begun by older code is not gone on with by newer."""
WORKFLOW = "work_on_call"
MAX_RECOVERIES = 20
"""So often a call is gone on with; one that ends the server each time, perhaps by its memory, must not for ever."""
POLL_S = 0.5
BUSY_ATTEMPTS = 6
"""A step that found the database busy is tried so often, after 1, 2, 4 … seconds: a minute in all."""

_desks: list[Desk] = []
"""The desk of this process, while work is going on."""


def start(desk: Desk) -> None:
    """Go on with the work that a server of this name left, and begin to take calls from the queue.

    Raises:
        WorkflowError: this process works for another desk already.
    """
    if _desks:
        raise WorkflowError("This process already works on calls. Start another process for another data folder.")
    DBOS(config=_config(desk))
    _desks.append(desk)
    DBOS.launch()
    DBOS.register_queue(
        QUEUE,
        worker_concurrency=desk.settings.work.calls_at_once,
        polling_interval_sec=POLL_S,
        on_conflict="always_update",
    )


def stop() -> None:
    """Take no more work. What is going on is not waited for: the next start goes on with it."""
    if _desks:
        DBOS.destroy()
        _desks.clear()


def enqueue_waiting(desk: Desk) -> int:
    """Put calls that wait for it into the queue, and return how many; doing it twice changes nothing."""
    with desk.database.reading() as session:
        waiting = not_queued(session)
    for call_id, attempt in waiting:
        with SetWorkflowID(f"{call_id}/{attempt}"):
            DBOS.enqueue_workflow(QUEUE, _work_on_call, call_id)
        with desk.database.writing() as session:
            note_queued(session, call_id, attempt)
    return len(waiting)


def give_up_on_killers(desk: Desk) -> None:
    """Fail the calls in whose work the server ended again and again, so that they do not end it for ever."""
    for workflow in DBOS.list_workflows(name=WORKFLOW, status="MAX_RECOVERY_ATTEMPTS_EXCEEDED", load_input=False):
        call_id, _, attempt = workflow.workflow_id.rpartition("/")
        reason = f"The server ended {MAX_RECOVERIES} times while it worked on this call. Look at its log, then retry."
        with desk.database.writing() as session:
            if call_exists(session, call_id):
                fail(session, call_id, reason, int(attempt))
        DBOS.delete_workflow(workflow.workflow_id)


def _config(desk: Desk) -> DBOSConfig:
    settings = desk.settings
    url = database_url(settings.database_url.get_secret_value(), settings.data_dir)
    own = f"sqlite:///{settings.data_dir / WORK_FILE}"
    return {
        "name": "callcoach",
        "system_database_url": own if desk.database.is_sqlite else url.render_as_string(hide_password=False),
        "executor_id": settings.work.server_name,
        "application_version": VERSION,
        "log_level": "WARNING",
        "enable_otlp": False,
        "conductor_key": None,
    }


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, StoreBusyError)


def _durable(step: Callable[[Desk, str], None]) -> Callable[[str], None]:
    """Return the step as DBOS runs it, at the desk of this process."""

    def run(call_id: str) -> None:
        # A kill between the end of a step and DBOS's note of it would have it run again; our own note is older.
        with _desks[0].database.reading() as session:
            finished = step_finished(session, call_id, step.__name__)
        if not finished:
            step(_desks[0], call_id)

    options: dict[str, Any] = {"retries_allowed": True, "max_attempts": BUSY_ATTEMPTS, "should_retry": _is_passing}
    return DBOS.step(name=step.__name__, **options)(run)


_STEPS = tuple(_durable(step) for step in steps.STEPS)


@DBOS.step(name="fail")
def _fail(call_id: str, reason: str, attempt: int) -> None:
    with _desks[0].database.writing() as session:
        fail(session, call_id, reason, attempt)


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERIES)
def _work_on_call(call_id: str) -> None:
    """Take every step; the first that fails ends the work, with its reason on the call."""
    try:
        for step in _STEPS:
            step(call_id)
    except CallCoachError as error:
        logger.warning("call %s: %s", call_id, error)
        _fail(call_id, str(error), _attempt())
    except Exception as error:  # a fault of ours on one call must not cost the others
        logger.exception("call %s", call_id)
        _fail(call_id, f"Unexpected {type(error).__name__}: {error}. Please report this.", _attempt())


def _attempt() -> int:
    """Return the attempt of the workflow that runs: the last part of its id."""
    return int((DBOS.workflow_id or "").rpartition("/")[2])
