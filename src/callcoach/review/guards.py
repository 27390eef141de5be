"""Whether an act may be done now: by this person, at this stage, on this call, at this time.

Takes what stands and what is wanted; returns, or raises saying why not. Roles and whose calls one sees are the
server's business; what only the review itself knows is decided here: that nobody reviews their own call, that the
first reviewer never decides the appeal, that the agent's time has not passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callcoach.errors import AccessError, ConflictError, InputError
from callcoach.review.acts import (
    Acknowledge,
    Act,
    AddFinding,
    AddNote,
    Appeal,
    Decide,
    Event,
    Finish,
    Judge,
    Lapse,
    OverrideDimension,
    Read,
    Reopen,
    Undo,
    Verdict,
)
from callcoach.review.rescoring import Basis
from callcoach.review.sheet import Review, finding_ids, step_of, undoable
from callcoach.review.stages import Stage, Step, legal_steps, next_stage

FINDING, DIMENSION = ("finding", "问题"), ("dimension", "维度")
AGENTS_STEPS = frozenset({Step.READ, Step.ACKNOWLEDGE, Step.APPEAL})
"""Steps of the agent of the call, and of nobody else."""
END_SLACK_S = 0.5
"""How far a marked stretch may reach beyond the recording: browsers round a file's length."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants to act. `person_id` is None for the installation itself."""

    person_id: int | None
    is_the_agent: bool = False
    """Whether the call is the person's own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to do, and why."""

    act: Act
    reason: str
    actor: Actor
    at: datetime


def check(wanted: Wanted, basis: Basis, review: Review, events: Sequence[Event]) -> None:
    """Return if the act may be done.

    Raises:
        AccessError: not by this person.
        ConflictError: not at this stage or time.
        InputError: it names something this call does not have, or lacks a reason.
    """
    _check_undo(wanted.act, review, events)
    step = step_of(wanted.act, events)
    _check_person(wanted, step, review)
    next_stage(review.stage, step)
    _check_reason(wanted)
    _check_content(wanted, basis, review)
    _check_time(wanted, review)


def open_steps(actor: Actor, review: Review, at: datetime) -> frozenset[Step]:
    """Return the steps that `check` lets this person take now, as far as the stage, the person and the time decide."""
    legal = legal_steps(review.stage) - {Step.LAPSE}
    if actor.is_the_agent:
        until = review.appeal_until
        too_late = until is None or at >= until
        return (legal & AGENTS_STEPS) - ({Step.APPEAL} if too_late else set())
    if review.stage is Stage.APPEALED and actor.person_id in review.reviewer_ids:
        return legal & {Step.NOTE}
    return legal - AGENTS_STEPS


def _check_undo(act: Act, review: Review, events: Sequence[Event]) -> None:
    if not isinstance(act, Undo) or undoable(review, events, act.number):
        return
    if not 1 <= act.number <= len(events):
        raise InputError(
            f"There is no event {act.number} to undo; the last one is {len(events)}.",
            f"没有第 {act.number} 步可撤销，最后一步是第 {len(events)} 步。",
        )
    if act.number in review.out_of_force:
        raise ConflictError(
            f"Event {act.number} is already undone. Undo the undoing to bring it back.",
            f"第 {act.number} 步已经撤销。要恢复它，请撤销那次撤销。",
        )
    kind = events[act.number - 1].act.kind
    raise InputError(
        f"Event {act.number} is a {kind}, which cannot be undone. Verdicts, findings and words can.",
        f"第 {act.number} 步不能撤销。能撤销的是判定、补充、更正、改分和备注。",
    )


def _check_person(wanted: Wanted, step: Step, review: Review) -> None:
    actor = wanted.actor
    if isinstance(wanted.act, Lapse):
        if actor.person_id is not None:
            raise AccessError(
                "Only the installation itself notes that the time for an appeal has passed.",
                "申诉期是否已过只由系统自己记录。",
            )
        return
    if isinstance(wanted.act, Read | Acknowledge | Appeal):
        if not actor.is_the_agent:
            raise AccessError(f"Only the agent of the call may {step} its review.", "只有这通电话的坐席本人能这样做。")
        return
    if actor.is_the_agent:
        raise AccessError("Nobody reviews their own call. Ask somebody else.", "不能复核自己的通话，请交给别人。")
    if review.stage is Stage.APPEALED and step is not Step.NOTE and actor.person_id in review.reviewer_ids:
        raise AccessError(
            "An appeal is decided by somebody who had no hand in the first review. Ask a colleague.",
            "申诉由没有参与初审的人裁定，请交给同事。",
        )


def _check_reason(wanted: Wanted) -> None:
    act = wanted.act
    rejected = isinstance(act, Judge) and act.verdict is Verdict.REJECTED
    needed = rejected or isinstance(act, OverrideDimension | Appeal | Decide | Reopen)
    if needed and not wanted.reason.strip():
        raise InputError(
            "A reason is missing: whoever reads the history must understand why. Say it in `reason`.",
            "缺少理由：以后看经过的人要明白为什么。请写上理由。",
        )


def _check_content(wanted: Wanted, basis: Basis, review: Review) -> None:
    match wanted.act:
        case Judge() as act:
            _known(FINDING, act.finding_id, [one.id for one in basis.report.findings])
        case AddFinding() as act:
            _inside(("end", "终点"), act.end_s, basis.duration_s)
        case AddNote() as act:
            _inside(("moment", "时刻"), act.at_s, basis.duration_s)
        case OverrideDimension() as act:
            limits = {one.id: one.max_points for one in basis.rubric.dimensions}
            _known(DIMENSION, act.dimension, limits)
            if act.points > limits[act.dimension]:
                raise InputError(
                    f"The dimension {act.dimension} has at most {limits[act.dimension]:g} points, got {act.points:g}.",
                    f"这个维度最多 {limits[act.dimension]:g} 分，不能改为 {act.points:g} 分。",
                )
        case Appeal() as act:
            _check_appeal(act, basis, review)
        case Finish():
            _check_all_judged(basis, review)
        case _:
            pass


def _check_appeal(act: Appeal, basis: Basis, review: Review) -> None:
    if not act.finding_ids and not act.dimensions:
        raise InputError(
            "An appeal names at least one finding or dimension. Add what it is about.",
            "请至少选一处问题或一个维度，说明申诉针对什么。",
        )
    standing = finding_ids(review, basis.report.findings)
    for name in act.finding_ids:
        _known(FINDING, name, standing)
    for name in act.dimensions:
        _known(DIMENSION, name, [one.id for one in basis.rubric.dimensions])


def _check_all_judged(basis: Basis, review: Review) -> None:
    left = unjudged(basis, review)
    if left:
        raise ConflictError(
            f"{len(left)} findings have no verdict yet: {', '.join(left)}. Confirm or reject each.",
            f"还有 {len(left)} 处问题没有判定，其中标有“待人工确认”的要逐一确认或驳回。",
        )


def unjudged(basis: Basis, review: Review) -> tuple[str, ...]:
    """Return the machine's findings that nobody has confirmed or rejected, in the order of the report."""
    return tuple(one.id for one in basis.report.findings if one.id not in review.judgements)


def _check_time(wanted: Wanted, review: Review) -> None:
    until = review.appeal_until
    if isinstance(wanted.act, Appeal) and (until is None or wanted.at >= until):
        ended, ended_zh = (f"ended at {until.isoformat()}", "已过") if until else ("never began", "没有开始")
        raise ConflictError(
            f"The time for an appeal {ended}. Speak to the supervisor, who can reopen the review.",
            f"申诉期{ended_zh}。请找主管，主管可以重新打开复核。",
        )
    if isinstance(wanted.act, Lapse) and (until is None or wanted.at < until):
        raise ConflictError("The agent's time has not passed yet.", "坐席的申诉期还没有过。")


def _known(what: tuple[str, str], name: str, names: Sequence[str] | frozenset[str] | dict[str, float]) -> None:
    if name not in names:
        raise InputError(
            f"This call has no {what[0]} {name!r}; it has: {', '.join(sorted(names)) or 'none'}.",
            f"这通电话没有{what[1]} {name}，请重新载入页面。",
        )


def _inside(what: tuple[str, str], at_s: float, duration_s: float) -> None:
    if not 0 <= at_s <= duration_s + END_SLACK_S:
        raise InputError(
            f"The {what[0]} {at_s:g} s lies outside the recording, which has {duration_s:g} s.",
            f"{what[1]} {at_s:g} 秒在录音之外，录音长 {duration_s:g} 秒。",
        )
