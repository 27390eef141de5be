"""Customers who are asked after a call or a complaint: the states of a follow-up, and who is drawn. Plain logic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcoach.customers.tiers import Tier
from callcoach.datapath import Direction
from callcoach.errors import ConflictError, InputError
from callcoach.review.sampling import lot

ALL_LOTS = 2**64


class FollowUpState(StrEnum):
    """How a follow-up stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    """The customer was reached and does not answer."""
    UNREACHED = "unreached"
    """Given up: nobody was reached, or they are not to be called."""
    LAPSED = "lapsed"
    """Its time ran out before anybody called."""


class FollowUpStep(StrEnum):
    """What becomes of a follow-up."""

    ANSWER = "answer"
    DECLINE = "decline"
    GIVE_UP = "give_up"
    """Its number is called no more. Done by the installation."""
    LAPSE = "lapse"
    """Done by the installation."""


STEPS: dict[tuple[FollowUpState, FollowUpStep], FollowUpState] = {
    (FollowUpState.OPEN, FollowUpStep.ANSWER): FollowUpState.ANSWERED,
    (FollowUpState.OPEN, FollowUpStep.DECLINE): FollowUpState.DECLINED,
    (FollowUpState.OPEN, FollowUpStep.GIVE_UP): FollowUpState.UNREACHED,
    (FollowUpState.OPEN, FollowUpStep.LAPSE): FollowUpState.LAPSED,
    # Answers are put right by adding newer ones; and who was given up may call back.
    (FollowUpState.ANSWERED, FollowUpStep.ANSWER): FollowUpState.ANSWERED,
    (FollowUpState.DECLINED, FollowUpStep.ANSWER): FollowUpState.ANSWERED,
    (FollowUpState.UNREACHED, FollowUpStep.ANSWER): FollowUpState.ANSWERED,
    (FollowUpState.LAPSED, FollowUpStep.ANSWER): FollowUpState.ANSWERED,
}
"""Every legal step; what is not here is refused."""


class FollowUpSource(StrEnum):
    """After what customers are asked."""

    CALLS = "calls"
    COMPLAINTS = "complaints"
    """Those that were settled."""


@dataclass(frozen=True, slots=True)
class FollowUpTerms:
    """Whom a plan has asked, when, by which survey."""

    name: str
    survey_id: int
    source: FollowUpSource = FollowUpSource.CALLS
    share_percent: float = 10.0
    seed: int = 1
    delay_h: float = 24.0
    """So long after the call's or the complaint's end it is due, in hours."""
    within_h: float = 72.0
    """Not asked any more so long after it was due, in hours."""
    rest_days: int = 30
    """A customer is not asked again within so many days, whichever plan asked."""
    queue: str = ""
    """Empty: any."""
    direction: Direction | None = None
    tier: Tier | None = None
    with_complaint: bool | None = None
    """True: only calls in which a complaint was recorded; False: only others."""
    team_id: int | None = None
    """Whose calls are asked about, and whose agents ask; None: everybody's."""


def checked_terms(terms: FollowUpTerms) -> FollowUpTerms:
    """Return the terms of a plan.

    Raises:
        InputError: they cannot be.
    """
    if not 0 < len(terms.name.strip()) <= 100:
        raise InputError("A plan needs a name of 1 to 100 characters.", "计划要有 1 到 100 个字的名称。")
    bounds: tuple[tuple[str, str, float, float, float], ...] = (
        ("share_percent", "抽取比例（%）", terms.share_percent, 0.1, 100),
        ("delay_h", "多久后回访（小时）", terms.delay_h, 0, 24 * 60),
        ("within_h", "回访期限（小时）", terms.within_h, 1, 24 * 60),
        ("rest_days", "同一客户间隔（天）", terms.rest_days, 0, 3650),
        ("seed", "随机种子", terms.seed, 0, 2**31 - 1),
    )
    for name, zh, value, least, most in bounds:
        if not least <= value <= most:
            raise InputError(
                f"{name} is {value:g}, expected {least:g} to {most:g}.",
                f"{zh}是 {value:g}，应在 {least:g} 到 {most:g} 之间。",
            )
    if terms.source is FollowUpSource.COMPLAINTS and (terms.queue.strip() or terms.direction or terms.with_complaint):
        raise InputError(
            "A plan for complaints takes no queue, direction or complaint filter: leave them empty.",
            "投诉回访不按队列、方向或有无投诉筛选，请留空。",
        )
    return terms


def is_drawn(seed: int, share_percent: float, object_id: str) -> bool:
    """Whether a call or complaint is in the sample: by the seed and its id alone, so that it can be told again."""
    return lot(seed, "follow-up", object_id) < ALL_LOTS * share_percent / 100


def after(state: FollowUpState, step: FollowUpStep) -> FollowUpState:
    """Return the state a step leads to.

    Raises:
        ConflictError: the step does not begin in this state.
    """
    found = STEPS.get((state, step))
    if found is None:
        raise ConflictError(
            f"The follow-up is {state.value}: {step.value!r} is not possible.",
            "这条回访现在的状态不允许这一步，可能刚被别人处理过。请重新载入页面。",
        )
    return found
