"""The way of a complaint: every pair of state and step is legal or refused, and by whom."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from callcoach.around.complaints import (
    BESIDE,
    ENDED,
    NEXT_STEP,
    WAY,
    Actor,
    ComplaintState,
    ComplaintStep,
    Level,
    Standing,
    after,
    level_of,
    possible,
)
from callcoach.errors import AccessError, ConflictError, InputError

ALL = frozenset(Level)
BOSS, AGENT, OWNER = Actor(1, True, ALL), Actor(2, False, frozenset()), Actor(3, False, frozenset())
EVERYTHING = frozenset({"text", "owner"})
LEGAL = {(one.begin, one.step): one.end for one in WAY}


def standing(state: ComplaintState, level: Level = Level.TEAM, proposed_by: int | None = None) -> Standing:
    return Standing(state, OWNER.person_id, proposed_by, level)


@pytest.mark.parametrize(("state", "step"), [*product(ComplaintState, ComplaintStep)])
def test_every_pair_is_in_the_table_or_refused(state: ComplaintState, step: ComplaintStep) -> None:
    actor = None if step is ComplaintStep.LATE else BOSS
    if (state, step) in LEGAL:
        assert after(standing(state), step, actor, EVERYTHING) is LEGAL[state, step]
    elif step in BESIDE and state not in ENDED:
        assert after(standing(state), step, actor, EVERYTHING) is state
    else:
        with pytest.raises(ConflictError):
            after(standing(state), step, actor, EVERYTHING)


@pytest.mark.parametrize("transition", WAY, ids=lambda one: f"{one.begin.value}-{one.step.value}")
def test_a_step_needs_what_it_needs_and_who_may(transition) -> None:
    now = standing(transition.begin)
    if transition.needs:
        with pytest.raises(InputError, match=transition.needs[0]):
            after(now, transition.step, BOSS, frozenset())
    with pytest.raises(AccessError):
        after(now, transition.step, AGENT, EVERYTHING)
    assert transition.step in possible(now, BOSS)
    assert transition.step not in possible(now, AGENT)
    assert (transition.step in possible(now, OWNER)) == (transition.doer.value == "owner")


def test_the_way_leads_from_the_record_to_its_end_by_what_each_state_waits_for() -> None:
    state = ComplaintState.RECORDED
    seen = [state]
    while state not in ENDED:
        state = LEGAL[state, NEXT_STEP[state]]
        seen.append(state)
    assert [one.value for one in seen] == [
        *("recorded", "judged", "assigned", "analysed", "proposed", "approved", "carried_out", "followed_up"),
        "evaluated",
    ]


@pytest.mark.parametrize(
    ("amount", "level"),
    [
        (None, Level.TEAM),
        ("0", Level.TEAM),
        ("1000", Level.TEAM),
        ("1000.01", Level.NEXT),
        ("10000.00", Level.NEXT),
        ("10000.01", Level.HEAD_OFFICE),
    ],
)
def test_the_amount_says_who_approves(amount: str | None, level: Level) -> None:
    assert level_of(Decimal(amount) if amount else None, Decimal(1000), Decimal(10_000)) is level


def test_nobody_approves_their_own_proposal_or_above_their_level() -> None:
    team_only = Actor(4, True, frozenset({Level.TEAM}))
    own = standing(ComplaintState.PROPOSED, proposed_by=BOSS.person_id)
    with pytest.raises(AccessError, match="own proposal"):
        after(own, ComplaintStep.APPROVE, BOSS, frozenset())
    assert after(own, ComplaintStep.APPROVE, team_only, frozenset()) is ComplaintState.APPROVED
    high = standing(ComplaintState.PROPOSED, Level.NEXT)
    with pytest.raises(AccessError, match="level next"):
        after(high, ComplaintStep.APPROVE, team_only, frozenset())
    assert after(high, ComplaintStep.APPROVE, BOSS, frozenset()) is ComplaintState.APPROVED


def test_the_installation_only_notes_what_is_late() -> None:
    now = standing(ComplaintState.RECORDED)
    assert after(now, ComplaintStep.LATE, None, frozenset()) is ComplaintState.RECORDED
    with pytest.raises(AccessError):
        after(now, ComplaintStep.JUDGE, None, frozenset())
    with pytest.raises(AccessError):
        after(now, ComplaintStep.LATE, BOSS, frozenset())
