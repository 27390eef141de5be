"""The states of a callback and which steps lead from which to which: a table without I/O."""

from __future__ import annotations

from enum import StrEnum

from callcoach.errors import ConflictError


class CallbackState(StrEnum):
    """How a callback stands."""

    DRAFT = "draft"
    """Found in what the agent said; nobody has confirmed it."""
    OPEN = "open"
    KEPT = "kept"
    FAILED = "failed"
    """Given up: nobody was reached, or it is not wanted any more."""
    DROPPED = "dropped"
    """A draft that was none."""


class CallbackStep(StrEnum):
    """What somebody does with a callback."""

    MAKE = "make"
    CONFIRM = "confirm"
    DROP = "drop"
    TRY = "try"
    """Called, and nobody was reached."""
    POSTPONE = "postpone"
    HAND_ON = "hand_on"
    KEEP = "keep"
    """Called, and it is done."""
    FAIL = "fail"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    """It has been overdue for too long: the supervisor is told. Done by the installation."""


STEPS: dict[tuple[CallbackState, CallbackStep], CallbackState] = {
    (CallbackState.DRAFT, CallbackStep.CONFIRM): CallbackState.OPEN,
    (CallbackState.DRAFT, CallbackStep.DROP): CallbackState.DROPPED,
    (CallbackState.OPEN, CallbackStep.TRY): CallbackState.OPEN,
    (CallbackState.OPEN, CallbackStep.POSTPONE): CallbackState.OPEN,
    (CallbackState.OPEN, CallbackStep.HAND_ON): CallbackState.OPEN,
    (CallbackState.OPEN, CallbackStep.KEEP): CallbackState.KEPT,
    (CallbackState.OPEN, CallbackStep.FAIL): CallbackState.FAILED,
    (CallbackState.OPEN, CallbackStep.ESCALATE): CallbackState.OPEN,
    (CallbackState.FAILED, CallbackStep.REOPEN): CallbackState.OPEN,
    (CallbackState.DROPPED, CallbackStep.REOPEN): CallbackState.OPEN,
}
"""Every legal step; what is not here is refused."""
ATTEMPTS = frozenset({CallbackStep.TRY, CallbackStep.KEEP})
"""Steps that say somebody has called."""


def after(state: CallbackState, step: CallbackStep) -> CallbackState:
    """Return the state a step leads to.

    Raises:
        ConflictError: the step does not begin in this state.
    """
    found = STEPS.get((state, step))
    if found is None:
        possible = ", ".join(one.value for (begin, one) in STEPS if begin is state) or "none"
        raise ConflictError(
            f"The callback is {state.value}: {step.value!r} is not possible, expected {possible}.",
            "这条回电现在的状态不允许这一步，可能刚被别人处理过。请重新载入页面。",
        )
    return found
