"""The table of a callback's steps: what is not in it is refused."""

from __future__ import annotations

from itertools import product

import pytest

from callcoach.around.callbacks import STEPS, CallbackState, CallbackStep, after
from callcoach.errors import ConflictError


@pytest.mark.parametrize(("state", "step"), [*product(CallbackState, CallbackStep)])
def test_every_pair_is_in_the_table_or_refused(state: CallbackState, step: CallbackStep) -> None:
    if (state, step) in STEPS:
        assert after(state, step) is STEPS[state, step]
    else:
        with pytest.raises(ConflictError, match=state.value):
            after(state, step)


def test_every_state_but_the_draft_is_reached_and_only_the_kept_is_final() -> None:
    assert set(STEPS.values()) == set(CallbackState) - {CallbackState.DRAFT}
    assert {state for state in CallbackState if not any(begin is state for begin, _ in STEPS)} == {CallbackState.KEPT}
