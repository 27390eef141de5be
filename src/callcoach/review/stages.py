"""How far the review of a call has come, as a table without I/O.

Taken: a `Stage` and a `Step`. Given: the stage after it, or an error that leaves the stage as it was. Who may take a
step, and until when, is `callcoach.review.guards`' business. `docs/review.md` is drawn from the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from callcoach.errors import ConflictError


class Stage(StrEnum):
    """How far the review of a call has come."""

    UNREVIEWED = "unreviewed"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    """Finished; the agent has not opened it yet."""
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    LAPSED = "lapsed"
    """The time for an appeal passed without one."""
    APPEALED = "appealed"
    DECIDED = "decided"
    """A second reviewer decided the appeal; nothing follows but notes."""


class Step(StrEnum):
    """What moves a review."""

    EDIT = "edit"
    NOTE = "note"
    FINISH = "finish"
    REOPEN = "reopen"
    READ = "read"
    ACKNOWLEDGE = "acknowledge"
    APPEAL = "appeal"
    DECIDE = "decide"
    LAPSE = "lapse"


STAGES: Mapping[Stage, Mapping[Step, Stage]] = {
    Stage.UNREVIEWED: {
        Step.NOTE: Stage.UNREVIEWED,
        Step.EDIT: Stage.IN_REVIEW,
        Step.FINISH: Stage.PUBLISHED,
    },
    Stage.IN_REVIEW: {
        Step.NOTE: Stage.IN_REVIEW,
        Step.EDIT: Stage.IN_REVIEW,
        Step.FINISH: Stage.PUBLISHED,
    },
    Stage.PUBLISHED: {
        Step.NOTE: Stage.PUBLISHED,
        Step.READ: Stage.READ,
        Step.ACKNOWLEDGE: Stage.ACKNOWLEDGED,
        Step.APPEAL: Stage.APPEALED,
        Step.LAPSE: Stage.LAPSED,
        Step.REOPEN: Stage.IN_REVIEW,
    },
    Stage.READ: {
        Step.NOTE: Stage.READ,
        Step.ACKNOWLEDGE: Stage.ACKNOWLEDGED,
        Step.APPEAL: Stage.APPEALED,
        Step.LAPSE: Stage.LAPSED,
        Step.REOPEN: Stage.IN_REVIEW,
    },
    Stage.ACKNOWLEDGED: {Step.NOTE: Stage.ACKNOWLEDGED, Step.REOPEN: Stage.IN_REVIEW},
    Stage.LAPSED: {Step.NOTE: Stage.LAPSED, Step.REOPEN: Stage.IN_REVIEW},
    # The second reviewer edits while the appeal is open: what the decision changes is in the history like all else.
    Stage.APPEALED: {Step.NOTE: Stage.APPEALED, Step.EDIT: Stage.APPEALED, Step.DECIDE: Stage.DECIDED},
    Stage.DECIDED: {Step.NOTE: Stage.DECIDED},
}

STAGE_WORDS: Mapping[Stage, tuple[str, str]] = {
    Stage.UNREVIEWED: ("未复核", "not reviewed"),
    Stage.IN_REVIEW: ("复核中", "in review"),
    Stage.PUBLISHED: ("已发布，坐席未读", "published, not read yet"),
    Stage.READ: ("坐席已读", "read by the agent"),
    Stage.ACKNOWLEDGED: ("坐席已认可", "acknowledged by the agent"),
    Stage.APPEALED: ("申诉中", "under appeal"),
    Stage.LAPSED: ("申诉期已过", "time to appeal is over"),
    Stage.DECIDED: ("申诉已裁定", "appeal decided"),
}
"""Stages in words, Chinese and English."""
STEP_WORDS: Mapping[Step, str] = {
    Step.EDIT: "修改",
    Step.NOTE: "备注",
    Step.FINISH: "完成复核",
    Step.REOPEN: "重新打开",
    Step.READ: "标为已读",
    Step.ACKNOWLEDGE: "认可",
    Step.APPEAL: "申诉",
    Step.DECIDE: "裁定申诉",
    Step.LAPSE: "结束申诉期",
}
"""Steps in Chinese words, for refusals."""
AWAITING_AGENT = frozenset(stage for stage, row in STAGES.items() if Step.APPEAL in row)
"""Stages in which the agent may appeal."""
OUT = frozenset(Stage) - {Stage.UNREVIEWED, Stage.IN_REVIEW}
"""Stages in which a reviewed score is in force and the agent may see the review."""


class IllegalStepError(ConflictError):
    """A step that does not fit the stage; the review is unchanged."""

    def __init__(self, stage: Stage, step: Step) -> None:
        self.stage = stage
        self.step = step
        legal = sorted(legal_steps(stage))
        super().__init__(
            f"{step} does not fit a review that is {stage}. Possible now: {', '.join(legal)}.",
            f"复核现在是“{STAGE_WORDS[stage][0]}”，不能{STEP_WORDS[step]}。"
            f"现在可以：{'、'.join(STEP_WORDS[one] for one in legal)}。",
        )


def legal_steps(stage: Stage) -> frozenset[Step]:
    """Return every step that may be taken."""
    return frozenset(STAGES[stage])


def next_stage(stage: Stage, step: Step) -> Stage:
    """Return the stage after a step.

    Raises:
        IllegalStepError: the step does not fit the stage.
    """
    if step not in STAGES[stage]:
        raise IllegalStepError(stage, step)
    return STAGES[stage][step]


def diagram() -> str:
    """Draw the table as a Mermaid state diagram, for `docs/review.md`."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Stage.UNREVIEWED}"]
    for source, row in STAGES.items():
        moves = {step: target for step, target in row.items() if target is not source}
        lines += [f"    {source} --> {target}: {step}" for step, target in moves.items()]
        if not moves:
            lines.append(f"    {source} --> [*]")
    return "\n".join([*lines, "```", ""])
