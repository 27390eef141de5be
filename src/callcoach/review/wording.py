"""What happened in a review, in words: for the history, and for somebody whose edit came too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from callcoach.errors import ConflictError
from callcoach.review.acts import (
    AddFinding,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Event,
    Finish,
    Judge,
    Outcome,
    OverrideDimension,
    Undo,
    Verdict,
)
from callcoach.review.stages import Stage

_VERDICTS = {Verdict.CONFIRMED: ("确认", "confirmed"), Verdict.REJECTED: ("驳回", "rejected")}
_OUTCOMES = {
    Outcome.UPHELD: ("申诉成立", "upheld the appeal"),
    Outcome.PARTLY: ("申诉部分成立", "upheld the appeal in part"),
    Outcome.REJECTED: ("申诉不成立", "rejected the appeal"),
}
_PLAIN = {
    "reopen": ("重新打开质检", "reopened the review"),
    "read": ("查看了质检结果", "read the review"),
    "acknowledge": ("确认了质检结果", "acknowledged the review"),
    "lapse": ("申诉期已过", "the time for an appeal passed"),
}
STAGES: dict[Stage, tuple[str, str]] = {
    Stage.UNREVIEWED: ("未复核", "not reviewed"),
    Stage.IN_REVIEW: ("复核中", "in review"),
    Stage.PUBLISHED: ("已发布，坐席未读", "published, not read yet"),
    Stage.READ: ("坐席已读", "read by the agent"),
    Stage.ACKNOWLEDGED: ("坐席已认可", "acknowledged by the agent"),
    Stage.APPEALED: ("申诉中", "under appeal"),
    Stage.LAPSED: ("申诉期已过", "time to appeal is over"),
    Stage.DECIDED: ("申诉已裁定", "appeal decided"),
}
"""Stages of a review, Chinese and English."""
MAX_SHOWN = 5
"""Changes named in the words of a conflict; the history has them all."""


def describe(event: Event) -> tuple[str, str]:  # noqa: PLR0911 - one line a kind of act
    """Return what was done, in Chinese and in English, without who and when."""
    match event.act:
        case Judge() as act:
            zh, en = _VERDICTS[act.verdict]
            return f"{zh}问题 {act.finding_id}", f"{en} finding {act.finding_id}"
        case AddFinding() as act:
            return f"补充问题：{act.rule.name_zh}", f"added a finding: {act.rule.name_en}"
        case CorrectTurn() as act:
            return f"更正第 {act.turn + 1} 句", f"corrected turn {act.turn + 1}"
        case OverrideDimension() as act:
            return f"把 {act.dimension} 改为 {act.points:g} 分", f"set {act.dimension} to {act.points:g} points"
        case AddNote() as act:
            return f"在 {act.at_s:.0f} 秒处备注", f"added a note at {act.at_s:.0f} s"
        case Undo() as act:
            return f"撤销第 {act.number} 步", f"undid step {act.number}"
        case Finish():
            return "完成质检", "finished the review"
        case Appeal():
            return "提出申诉", "appealed"
        case Decide() as act:
            return _OUTCOMES[act.outcome]
        case act:
            return _PLAIN[act.kind]


class StaleReviewError(ConflictError):
    """Somebody changed the review since it was opened."""


def refuse_stale(
    expected_version: int, events: Sequence[Event], name_of: Callable[[int | None], str], zone: tzinfo
) -> None:
    """Return if the version is the last; else say who did what meanwhile.

    Args:
        expected_version: the version the person saw.
        events: all events.
        name_of: gives a person's name.
        zone: the site's time zone, for the times in the words.

    Raises:
        StaleReviewError: there are later events, or the version never was.
    """
    if expected_version == len(events):
        return
    if not 0 <= expected_version <= len(events):
        raise StaleReviewError(f"The review has no version {expected_version}; it is at {len(events)}. Load it again.")
    later = events[expected_version:]
    zh = "；".join(_line(event, name_of, zone, 0) for event in later[-MAX_SHOWN:])
    en = "; ".join(_line(event, name_of, zone, 1) for event in later[-MAX_SHOWN:])
    raise StaleReviewError(
        f"您打开之后有 {len(later)} 处改动：{zh}。请重新载入后再改。 "
        f"There were {len(later)} changes since you opened it: {en}. Load it again, then make yours."
    )


def _line(event: Event, name_of: Callable[[int | None], str], zone: tzinfo, language: int) -> str:
    at = event.at.astimezone(zone).strftime("%m-%d %H:%M")
    reason = f"（{event.reason}）" if event.reason else ""
    return f"{at} {name_of(event.person_id)} {describe(event)[language]}{reason}"


def names_from(names: Mapping[int, str]) -> Callable[[int | None], str]:
    """Return a function that gives a person's name; the installation itself has one too."""
    return lambda person_id: "系统 system" if person_id is None else names.get(person_id, f"#{person_id}")
