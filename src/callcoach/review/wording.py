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
SYSTEM = ("系统", "system")
"""Who does what the installation does by itself."""
MAX_SHOWN = 5
"""Changes named in the words of a conflict; the history has them all."""


Naming = Callable[[str], tuple[str, str] | None]
"""Gives what a finding or a dimension is called by its id, Chinese and English; None where it is not known."""


def describe(event: Event, naming: Naming = lambda _: None) -> tuple[str, str]:  # noqa: PLR0911 - one line a kind
    """Return what was done, in Chinese and in English, without who and when."""
    match event.act:
        case Judge() as act:
            (zh, en), (name_zh, name_en) = _VERDICTS[act.verdict], naming(act.finding_id) or (act.finding_id,) * 2
            return f"{zh}问题 {name_zh}", f"{en} finding {name_en}"
        case AddFinding() as act:
            return f"补充问题：{act.rule.name_zh}", f"added a finding: {act.rule.name_en}"
        case CorrectTurn() as act:
            return f"更正第 {act.turn + 1} 句", f"corrected turn {act.turn + 1}"
        case OverrideDimension() as act:
            name_zh, name_en = naming(act.dimension) or (act.dimension, act.dimension)
            return f"把 {name_zh} 改为 {act.points:g} 分", f"set {name_en} to {act.points:g} points"
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
        raise StaleReviewError(
            f"The review has no version {expected_version}; it is at {len(events)}. Load it again.",
            "页面与复核的现状不符，请重新载入。",
        )
    later = events[expected_version:]
    zh = "；".join(_line(event, name_of, zone, 0) for event in later[-MAX_SHOWN:])
    en = "; ".join(_line(event, name_of, zone, 1) for event in later[-MAX_SHOWN:])
    raise StaleReviewError(
        f"There were {len(later)} changes since you opened it: {en}. Load it again, then make yours.",
        f"您打开之后有 {len(later)} 处改动：{zh}。请载入最新内容后再改；您输入的还在。",
    )


def _line(event: Event, name_of: Callable[[int | None], str], zone: tzinfo, language: int) -> str:
    at = event.at.astimezone(zone).strftime("%m-%d %H:%M")
    reason = (f"（{event.reason}）", f" ({event.reason})")[language] if event.reason else ""
    who = SYSTEM[language] if event.person_id is None else name_of(event.person_id)
    return f"{at} {who} {describe(event)[language]}{reason}"


def names_from(names: Mapping[int, str]) -> Callable[[int | None], str]:
    """Return a function that gives a person's name; the installation itself has one too."""
    return lambda person_id: " ".join(SYSTEM) if person_id is None else names.get(person_id, f"#{person_id}")
