"""Drills: set for an agent from moments of own calls, answered until each is said better; answers are only added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from callcoach.datapath import FindingStatus
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.choices import agents_to_choose
from callcoach.store.model import AnswerKind, DrillMode
from callcoach.store.tables import (
    CallRow,
    DrillAnswerRow,
    DrillItemRow,
    DrillRow,
    FindingRow,
    JudgedRow,
    PersonRow,
    TurnRow,
)
from callcoach.store.trends.counting import REJECTED
from callcoach.store.visibility import visible_to

MOST = 200
MOMENTS = 20
"""Latest moments of an agent that a drill can be made of."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A place where a rule was found in a call of the agent, and nobody rejected it."""

    call_pk: int
    call_id: str
    started_at: datetime
    finding_id: str
    start_s: float
    end_s: float
    customer: str
    """What the customer said before; empty: nothing."""
    said: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """A moment with what is to be said instead."""

    moment: Moment
    better: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrillTerms:
    """What is practised, how, until when."""

    agent_id: int
    rule_id: str
    mode: DrillMode
    goal: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ItemRef:
    """A moment of a drill; `number` counts from 1."""

    drill_id: int
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One try at a moment."""

    id: int
    at: datetime
    kind: AnswerKind
    text: str
    passed: bool
    likeness: float
    found: tuple[dict[str, Any], ...]
    sound_file: str


@dataclass(frozen=True, slots=True)
class DrillItem:
    """A moment of a drill with its tries, the oldest first."""

    id: int
    number: int
    call_id: str
    """Empty: the call is gone."""
    start_s: float
    end_s: float
    customer: str
    said: str
    better: str
    choices: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def passed(self) -> bool:
        """Whether it was said better."""
        return any(one.passed for one in self.answers)


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill."""

    id: int
    terms: DrillTerms
    agent: str
    set_by: str
    set_at: datetime
    done_at: datetime | None
    ended_at: datetime | None
    items: tuple[DrillItem, ...]

    @property
    def passed(self) -> int:
        """How many of its moments were said better."""
        return sum(one.passed for one in self.items)

    @property
    def is_open(self) -> bool:
        """Whether it waits for the agent."""
        return self.done_at is None and self.ended_at is None


def moments_of(session: Session, principal: Principal, agent_id: int, rule_id: str) -> tuple[Moment, ...]:
    """Return the latest places where a rule was found in calls of an agent; what reviewers rejected is left out."""
    own, before = aliased(TurnRow), aliased(TurnRow)
    rejected = (
        select(JudgedRow.call_pk)
        .where(
            JudgedRow.call_pk == FindingRow.call_pk,
            JudgedRow.finding_id == FindingRow.id,
            JudgedRow.verdict == REJECTED,
        )
        .exists()
    )
    query = (
        select(CallRow, FindingRow, own.text, before.text)
        .join(FindingRow, FindingRow.call_pk == CallRow.pk)
        .outerjoin(own, (own.call_pk == FindingRow.call_pk) & (own.number == FindingRow.turn))
        .outerjoin(
            before,
            (before.call_pk == FindingRow.call_pk)
            & (before.number == FindingRow.turn - 1)
            & (before.speaker != own.speaker),
        )
        .where(visible_to(principal), CallRow.agent_id == agent_id, FindingRow.rule_id == rule_id)
        .where(FindingRow.status == FindingStatus.SCORED, ~rejected)
        .order_by(CallRow.started_at.desc(), CallRow.pk.desc(), FindingRow.start_s)
        .limit(MOMENTS)
    )
    return tuple(
        Moment(
            call.pk,
            call.id,
            call.started_at,
            finding.id,
            finding.start_s,
            finding.end_s,
            heard or "",
            said or finding.quote,
        )
        for call, finding, said, heard in session.execute(query)
    )


def add_drill(session: Session, principal: Principal, terms: DrillTerms, items: Sequence[NewItem], at: datetime) -> int:
    """Set a drill for an agent of the principal's; return its id.

    Raises:
        NotFoundError: there is no such agent, or none of the principal's.
        InputError: it has no moment.
    """
    if terms.agent_id not in {known for known, _ in agents_to_choose(session, principal)}:
        raise NotFoundError(
            f"There is no agent {terms.agent_id} whose calls you may see.", "没有这位坐席，或不在您的团队里。"
        )
    if not items:
        raise InputError("Choose at least one moment to practise.", "请至少选一处要练习的话。")
    row = DrillRow(
        agent_id=terms.agent_id,
        rule_id=terms.rule_id,
        mode=terms.mode,
        goal=terms.goal,
        set_by=principal.person_id,
        set_at=at,
        due_on=terms.due_on,
    )
    session.add(row)
    session.flush()
    session.add_all(
        DrillItemRow(
            drill_id=row.id,
            number=number,
            call_pk=one.moment.call_pk,
            start_s=one.moment.start_s,
            end_s=one.moment.end_s,
            customer=one.moment.customer,
            said=one.moment.said,
            better=one.better,
            choices=list(one.choices),
        )
        for number, one in enumerate(items, start=1)
    )
    session.flush()
    return row.id


def list_drills(session: Session, principal: Principal) -> tuple[Drill, ...]:
    """Return the drills a person may know of, open ones first, then the newest: one's own, or those of one's agents."""
    closed = DrillRow.done_at.is_not(None) | DrillRow.ended_at.is_not(None)
    query = select(DrillRow).where(_visible(session, principal)).order_by(closed, DrillRow.id.desc()).limit(MOST)
    return _drills(session, session.scalars(query).all())


def get_drill(session: Session, principal: Principal, drill_id: int) -> Drill:
    """Return a drill.

    Raises:
        NotFoundError: there is none, or none the principal may know of.
    """
    query = select(DrillRow).where(DrillRow.id == drill_id, _visible(session, principal))
    found = _drills(session, session.scalars(query).all())
    if not found:
        raise NotFoundError(f"There is no drill {drill_id} among yours.", "没有这个练习，或不是您的。")
    return found[0]


def count_open_drills(session: Session, principal: Principal) -> int:
    """Return how many drills wait for an agent."""
    query = select(func.count()).select_from(DrillRow)
    own = (DrillRow.agent_id == principal.person_id, DrillRow.done_at.is_(None), DrillRow.ended_at.is_(None))
    return session.scalars(query.where(*own)).one()


def add_answer(session: Session, principal: Principal, ref: ItemRef, answer: Answer, at: datetime) -> DrillItem:
    """Keep a try of the agent at a moment of an own drill; return the moment after it. `answer.id` is not looked at.

    Raises:
        NotFoundError: the principal has no such drill, or it no such moment.
        ConflictError: it was taken back.
    """
    row = session.get(DrillRow, ref.drill_id, with_for_update=True)
    if row is None or row.agent_id != principal.person_id:
        raise NotFoundError(f"There is no drill {ref.drill_id} among yours.", "没有这个练习，或不是您的。")
    if row.ended_at is not None:
        raise ConflictError("The drill was taken back.", "这个练习已经收回。")
    item = item_of(get_drill(session, principal, ref.drill_id), ref.number)
    session.add(
        DrillAnswerRow(
            item_id=item.id,
            at=at,
            kind=answer.kind,
            text=answer.text,
            passed=answer.passed,
            likeness=answer.likeness,
            found=list(answer.found),
            sound_file=answer.sound_file,
        )
    )
    session.flush()
    after = get_drill(session, principal, ref.drill_id)
    if row.done_at is None and after.passed == len(after.items):
        row.done_at = at
    return item_of(after, ref.number)


def item_of(drill: Drill, number: int) -> DrillItem:
    """Return a moment of a drill.

    Raises:
        NotFoundError: it has none of this number.
    """
    found = next((one for one in drill.items if one.number == number), None)
    if found is None:
        raise NotFoundError(f"The drill {drill.id} has no moment {number}.", f"这个练习没有第 {number} 处。")
    return found


def end_drill(session: Session, principal: Principal, drill_id: int, at: datetime) -> None:
    """Take a drill back; what was answered stays.

    Raises:
        NotFoundError: there is none of one of the principal's agents.
        ConflictError: it was taken back, or is done.
    """
    drill = get_drill(session, principal, drill_id)
    if not drill.is_open:
        raise ConflictError("The drill is done, or was taken back.", "这个练习已经完成或收回。")
    session.get_one(DrillRow, drill_id).ended_at = at


def _visible(session: Session, principal: Principal) -> Any:
    if principal.role is Role.AGENT:
        return DrillRow.agent_id == principal.person_id
    return DrillRow.agent_id.in_([known for known, _ in agents_to_choose(session, principal)])


def _drills(session: Session, rows: Sequence[DrillRow]) -> tuple[Drill, ...]:
    people = {one for row in rows for one in (row.agent_id, row.set_by)}
    found = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(people)))
    names = {row.id: row.name for row in found}
    items = _items(session, [row.id for row in rows])
    return tuple(
        Drill(
            row.id,
            DrillTerms(row.agent_id, row.rule_id, row.mode, row.goal, row.due_on),
            names[row.agent_id],
            names[row.set_by],
            row.set_at,
            row.done_at,
            row.ended_at,
            tuple(items[row.id]),
        )
        for row in rows
    )


def _items(session: Session, drill_ids: Sequence[int]) -> dict[int, list[DrillItem]]:
    query = (
        select(DrillItemRow, CallRow.id)
        .outerjoin(CallRow, CallRow.pk == DrillItemRow.call_pk)
        .where(DrillItemRow.drill_id.in_(drill_ids))
        .order_by(DrillItemRow.drill_id, DrillItemRow.number)
    )
    rows = session.execute(query).all()
    answers = _answers(session, [row.id for row, _ in rows])
    items: defaultdict[int, list[DrillItem]] = defaultdict(list)
    for row, call_id in rows:
        items[row.drill_id].append(
            DrillItem(
                row.id,
                row.number,
                call_id or "",
                row.start_s,
                row.end_s,
                row.customer,
                row.said,
                row.better,
                tuple(row.choices),
                tuple(answers[row.id]),
            )
        )
    return items


def _answers(session: Session, item_ids: Iterable[int]) -> defaultdict[int, list[Answer]]:
    query = select(DrillAnswerRow).where(DrillAnswerRow.item_id.in_(list(item_ids))).order_by(DrillAnswerRow.id)
    answers: defaultdict[int, list[Answer]] = defaultdict(list)
    for row in session.scalars(query):
        answers[row.item_id].append(
            Answer(row.id, row.at, row.kind, row.text, row.passed, row.likeness, tuple(row.found), row.sound_file)
        )
    return answers
