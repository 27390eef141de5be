"""The way of a complaint: record, judge, owner, analyse, propose, approve, carry out, follow up, evaluate.

A table of legal transitions without I/O; docs/complaints.md is drawn from it. Who may take a step, what it needs and
how much a decision may cost before it goes a level up is decided here, from plain data.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from callcoach.errors import AccessError, ConflictError, InputError


class ComplaintState(StrEnum):
    """How far a complaint is."""

    RECORDED = "recorded"
    JUDGED = "judged"
    """Found to be justified; waits for an owner."""
    ASSIGNED = "assigned"
    ANALYSED = "analysed"
    PROPOSED = "proposed"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    FOLLOWED_UP = "followed_up"
    """The customer was asked and is content."""
    EVALUATED = "evaluated"
    DISMISSED = "dismissed"
    """Judged not to be justified."""


class ComplaintStep(StrEnum):
    """What is done about a complaint."""

    RECORD = "record"
    JUDGE = "judge"
    DISMISS = "dismiss"
    ASSIGN = "assign"
    ANALYSE = "analyse"
    PROPOSE = "propose"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    CARRY_OUT = "carry_out"
    FOLLOW_UP = "follow_up"
    STILL_UNHAPPY = "still_unhappy"
    """The customer was asked and is not content."""
    EVALUATE = "evaluate"
    REOPEN = "reopen"
    CHANGE = "change"
    """A field was put right; the history keeps what it held."""
    REMARK = "remark"
    REPORT = "report"
    """The incident report."""
    HAND_ON = "hand_on"
    LATE = "late"
    """The time of a step ran out. Done by the installation."""


class Demand(StrEnum):
    """What the customer wants."""

    CLAIM = "claim"
    DISCOUNT = "discount"
    RETURN = "return"
    OTHER = "other"


class Approver(StrEnum):
    """Who a level is."""

    TEAM = "team"
    NEXT = "next"
    HEAD_OFFICE = "head_office"


class Level(IntEnum):
    """Who approves: the higher the amount, the higher up."""

    TEAM = 0
    NEXT = 1
    HEAD_OFFICE = 2

    @property
    def approver(self) -> Approver:
        """Who it is."""
        return Approver[self.name]


class Doer(StrEnum):
    """Who may take a step."""

    ANYBODY = "anybody"
    """Whoever may see the complaint."""
    OWNER = "owner"
    """Who it was assigned to, or who decides."""
    DECIDER = "decider"
    """Who decides on complaints: supervisors and administrators."""
    APPROVER = "approver"
    """Who decides on this amount, and did not propose it."""
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class Transition:
    """A legal step: from where, to where, by whom; `needs` names what must be given with it."""

    step: ComplaintStep
    begin: ComplaintState
    end: ComplaintState
    doer: Doer
    needs: tuple[str, ...] = ()


_S, _P = ComplaintState, ComplaintStep
WAY: tuple[Transition, ...] = (
    Transition(_P.JUDGE, _S.RECORDED, _S.JUDGED, Doer.DECIDER),
    Transition(_P.DISMISS, _S.RECORDED, _S.DISMISSED, Doer.DECIDER, ("text",)),
    Transition(_P.ASSIGN, _S.JUDGED, _S.ASSIGNED, Doer.DECIDER, ("owner",)),
    Transition(_P.ANALYSE, _S.ASSIGNED, _S.ANALYSED, Doer.OWNER, ("text",)),
    Transition(_P.PROPOSE, _S.ANALYSED, _S.PROPOSED, Doer.OWNER, ("text",)),
    Transition(_P.APPROVE, _S.PROPOSED, _S.APPROVED, Doer.APPROVER),
    Transition(_P.SEND_BACK, _S.PROPOSED, _S.ANALYSED, Doer.APPROVER, ("text",)),
    Transition(_P.CARRY_OUT, _S.APPROVED, _S.CARRIED_OUT, Doer.OWNER, ("text",)),
    Transition(_P.FOLLOW_UP, _S.CARRIED_OUT, _S.FOLLOWED_UP, Doer.OWNER, ("text",)),
    Transition(_P.STILL_UNHAPPY, _S.CARRIED_OUT, _S.ANALYSED, Doer.OWNER, ("text",)),
    Transition(_P.EVALUATE, _S.FOLLOWED_UP, _S.EVALUATED, Doer.DECIDER, ("text",)),
    Transition(_P.REOPEN, _S.DISMISSED, _S.RECORDED, Doer.DECIDER, ("text",)),
    Transition(_P.REOPEN, _S.EVALUATED, _S.ASSIGNED, Doer.DECIDER, ("text",)),
)
"""The way; RECORD begins it."""
BESIDE: dict[ComplaintStep, tuple[Doer, tuple[str, ...]]] = {
    _P.CHANGE: (Doer.ANYBODY, ()),
    _P.REMARK: (Doer.ANYBODY, ("text",)),
    _P.REPORT: (Doer.ANYBODY, ("text",)),
    _P.HAND_ON: (Doer.DECIDER, ("owner",)),
    _P.LATE: (Doer.INSTALLATION, ()),
}
"""Steps that leave a complaint where it is, as long as it is open."""
ENDED = frozenset({ComplaintState.EVALUATED, ComplaintState.DISMISSED})
_NEEDED_ZH = {"text": "文字说明", "owner": "负责人"}
_LEVELS_ZH = {Level.TEAM: "团队", Level.NEXT: "上一级", Level.HEAD_OFFICE: "总部"}
_DOERS_ZH = {
    Doer.ANYBODY: "能看到投诉的人",
    Doer.OWNER: "投诉的负责人",
    Doer.DECIDER: "主管或管理员",
    Doer.APPROVER: "有权批准的人",
    Doer.INSTALLATION: "系统",
}
NEXT_STEP: dict[ComplaintState, ComplaintStep] = {
    _S.RECORDED: _P.JUDGE,
    _S.JUDGED: _P.ASSIGN,
    _S.ASSIGNED: _P.ANALYSE,
    _S.ANALYSED: _P.PROPOSE,
    _S.PROPOSED: _P.APPROVE,
    _S.APPROVED: _P.CARRY_OUT,
    _S.CARRIED_OUT: _P.FOLLOW_UP,
    _S.FOLLOWED_UP: _P.EVALUATE,
}
"""What an open complaint waits for."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a complaint decides whether a step is legal."""

    state: ComplaintState
    owner_id: int | None
    proposed_by: int | None
    level: Level


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step; `levels` are those the person approves."""

    person_id: int
    decides: bool
    levels: frozenset[Level]


def possible(standing: Standing, actor: Actor) -> frozenset[ComplaintStep]:
    """Return the steps a person may take now."""
    steps = [one.step for one in WAY if one.begin is standing.state and _admits(one.doer, standing, actor)]
    if standing.state not in ENDED:
        steps += [step for step, (doer, _) in BESIDE.items() if _admits(doer, standing, actor)]
    return frozenset(steps)


def after(standing: Standing, step: ComplaintStep, actor: Actor | None, given: frozenset[str]) -> ComplaintState:
    """Return the state a step leads to.

    Args:
        standing: how the complaint stands.
        step: what is done.
        actor: who does it; None: the installation.
        given: what comes with it: `text`, `owner`.

    Raises:
        AccessError: the person may not take it.
        ConflictError: it does not begin in this state.
        InputError: something it needs is missing.
    """
    end, doer, needs = _rule(standing.state, step)
    if actor is None and doer is not Doer.INSTALLATION:
        raise AccessError(f"{step.value!r} is done by people.", "这一步由人来做，系统不会自动做。")
    if actor is not None and not _admits(doer, standing, actor):
        raise _refusal(doer, step, standing, actor)
    missing = [name for name in needs if name not in given]
    if missing:
        raise InputError(
            f"The step {step.value!r} needs {' and '.join(missing)}. Give it.",
            f"这一步还缺{'、'.join(_NEEDED_ZH.get(one, one) for one in missing)}，请补上。",
        )
    return end


def level_of(amount: Decimal | None, next_over: Decimal, head_over: Decimal) -> Level:
    """Return who approves an amount in yuan: what is not over a limit stays below it."""
    if amount is None or amount <= next_over:
        return Level.TEAM
    return Level.NEXT if amount <= head_over else Level.HEAD_OFFICE


def _rule(state: ComplaintState, step: ComplaintStep) -> tuple[ComplaintState, Doer, tuple[str, ...]]:
    for one in WAY:
        if one.begin is state and one.step is step:
            return one.end, one.doer, one.needs
    if step in BESIDE and state not in ENDED:
        return (state, *BESIDE[step])
    steps = ", ".join(one.step.value for one in WAY if one.begin is state)
    raise ConflictError(
        f"The complaint is {state.value}: {step.value!r} is not possible, expected one of {steps}.",
        "这件投诉现在的状态不允许这一步，可能刚被别人处理过。请重新载入页面。",
    )


def _admits(doer: Doer, standing: Standing, actor: Actor) -> bool:
    match doer:
        case Doer.ANYBODY:
            return True
        case Doer.OWNER:
            return actor.decides or actor.person_id == standing.owner_id
        case Doer.DECIDER:
            return actor.decides
        case Doer.APPROVER:
            return standing.level in actor.levels and actor.person_id != standing.proposed_by
        case Doer.INSTALLATION:
            return False


def _refusal(doer: Doer, step: ComplaintStep, standing: Standing, actor: Actor) -> AccessError:
    if doer is Doer.APPROVER and standing.level in actor.levels:
        return AccessError(
            "Nobody approves their own proposal. Ask somebody else.", "不能批准自己提的方案，请别人来批。"
        )
    if doer is Doer.APPROVER:
        level = standing.level
        return AccessError(
            f"The amount is approved at level {level.name.lower()}, which is not yours.",
            f"这个金额由{_LEVELS_ZH[level]}批准，您没有这一级的权限。",
        )
    return AccessError(
        f"The step {step.value!r} is taken by the {doer.value} of the complaint.", f"这一步由{_DOERS_ZH[doer]}来做。"
    )
