"""What stands of a review: a fold over its events. The same events always give the same review.

Takes events in order, gives a `Review`. Never judges whether an event was allowed: `callcoach.review.guards` did that
before it was kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from callcoach.datapath import Finding
from callcoach.review.acts import (
    Acknowledge,
    Act,
    AddFinding,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Event,
    Finish,
    Judge,
    Lapse,
    Outcome,
    OverrideDimension,
    Read,
    Reopen,
    Undo,
    Undoable,
    Verdict,
)
from callcoach.review.stages import Stage, Step, next_stage

_STEPS: Mapping[type[Act], Step] = {
    AddNote: Step.NOTE,
    Finish: Step.FINISH,
    Reopen: Step.REOPEN,
    Read: Step.READ,
    Acknowledge: Step.ACKNOWLEDGE,
    Appeal: Step.APPEAL,
    Decide: Step.DECIDE,
    Lapse: Step.LAPSE,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a finding that is in force, and the event it comes from."""

    verdict: Verdict
    event: Event


@dataclass(frozen=True, slots=True)
class Correction:
    """What a turn really says, beside what the machine wrote."""

    text: str
    machine_text: str
    event: Event


@dataclass(frozen=True, slots=True)
class Override:
    """What a dimension has left by a person's word."""

    points: float
    event: Event


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a moment of the call."""

    at_s: float
    text: str
    event: Event


@dataclass(frozen=True, slots=True)
class AppealCase:
    """An appeal; `outcome` is None until it is decided."""

    finding_ids: tuple[str, ...]
    dimensions: tuple[str, ...]
    event: Event
    outcome: Outcome | None = None
    decided: Event | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What stands of a review."""

    version: int = 0
    """Number of the last event."""
    stage: Stage = Stage.UNREVIEWED
    judgements: Mapping[str, Judgement] = field(default_factory=dict[str, Judgement])
    """By finding of the machine."""
    added: Mapping[int, Finding] = field(default_factory=dict[int, Finding])
    """Findings added by people, by the number of their event."""
    corrections: Mapping[int, Correction] = field(default_factory=dict[int, Correction])
    """By turn."""
    overrides: Mapping[str, Override] = field(default_factory=dict[str, Override])
    """By dimension."""
    notes: tuple[Note, ...] = ()
    appeal_until: datetime | None = None
    """When the agent's time ends; None before the review was finished."""
    appeal: AppealCase | None = None
    reviewer_ids: frozenset[int] = frozenset()
    """Who had a hand in the review before an appeal: none of them may decide it."""
    out_of_force: frozenset[int] = frozenset()
    """Numbers of events that an undo has taken out."""


def fold(events: Sequence[Event]) -> Review:
    """Return what stands after these events.

    Raises:
        IllegalStepError: an event does not fit the stage before it.
        ValueError: the numbers are not 1, 2, 3, …
    """
    numbers = [event.number for event in events]
    if numbers != list(range(1, len(events) + 1)):
        raise ValueError(f"expected events numbered from 1 without a gap, got {numbers}")
    out = frozenset(_out_of_force(events))
    review = Review(version=len(events), out_of_force=out)
    for event in events:
        review = _move(review, event, events)
        if event.number not in out:
            review = _take(review, event)
    return review


def step_of(act: Act, events: Sequence[Event]) -> Step:
    """Return the step an act is; undoing a note is a note, undoing anything else an edit."""
    while isinstance(act, Undo):
        act = events[act.number - 1].act
    return _STEPS.get(type(act), Step.EDIT)


def added_id(number: int) -> str:
    """Return the finding id of a finding that the event of this number added."""
    return f"added-{number}"


def undoable(review: Review, events: Sequence[Event], number: int) -> bool:
    """Return whether the event of this number is in force and of a kind that can be undone."""
    known = 1 <= number <= len(events)
    return known and number not in review.out_of_force and isinstance(events[number - 1].act, Undoable)


def _out_of_force(events: Sequence[Event]) -> Iterator[int]:
    """Yield what undos took out. From the last to the first: whether an undo itself stands is then known."""
    out: set[int] = set()
    for event in reversed(events):
        if isinstance(event.act, Undo) and event.number not in out:
            out.add(event.act.number)
            yield event.act.number


def _move(review: Review, event: Event, events: Sequence[Event]) -> Review:
    """Move the stage, and note who had a hand in it; an event out of force has moved it all the same."""
    step = step_of(event.act, events)
    stage = next_stage(review.stage, step)
    reviewers = review.reviewer_ids
    by_first_reviewer = step in {Step.EDIT, Step.FINISH} and review.stage is not Stage.APPEALED
    if by_first_reviewer and event.person_id is not None:
        reviewers |= {event.person_id}
    return replace(review, stage=stage, reviewer_ids=reviewers)


def _take(review: Review, event: Event) -> Review:  # noqa: PLR0911 - one line a kind of act
    """Take an event that is in force into the review."""
    act = event.act
    match act:
        case Judge():
            return replace(review, judgements={**review.judgements, act.finding_id: Judgement(act.verdict, event)})
        case AddFinding():
            return replace(review, added={**review.added, event.number: _finding(act, event.number)})
        case CorrectTurn():
            correction = Correction(act.text, act.machine_text, event)
            return replace(review, corrections={**review.corrections, act.turn: correction})
        case OverrideDimension():
            return replace(review, overrides={**review.overrides, act.dimension: Override(act.points, event)})
        case AddNote():
            return replace(review, notes=(*review.notes, Note(act.at_s, act.text, event)))
        case Finish():
            return replace(review, appeal_until=act.appeal_until)
        case Reopen():
            return replace(review, appeal_until=None)
        case Appeal():
            return replace(review, appeal=AppealCase(act.finding_ids, act.dimensions, event))
        case Decide() if review.appeal is not None:
            return replace(review, appeal=replace(review.appeal, outcome=act.outcome, decided=event))
        case _:
            return review


def _finding(act: AddFinding, number: int) -> Finding:
    rule = act.rule
    return Finding(
        id=added_id(number),
        rule_id=rule.id,
        rule_version=rule.version,
        name_zh=rule.name_zh,
        name_en=rule.name_en,
        category=rule.category,
        severity=rule.severity,
        speaker=act.speaker,
        start_s=act.start_s,
        end_s=act.end_s,
        quote=act.note,
        advice_zh=rule.advice_zh,
        advice_en=rule.advice_en,
        dimension=rule.dimension,
        points=rule.points,
    )


def finding_ids(review: Review, machine: Iterable[Finding]) -> frozenset[str]:
    """Return the ids of all findings that stand: the machine's that nobody rejected, and the added ones."""
    rejected = {name for name, one in review.judgements.items() if one.verdict is Verdict.REJECTED}
    return frozenset(one.id for one in machine) - rejected | {one.id for one in review.added.values()}
