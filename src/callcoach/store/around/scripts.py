"""Call scripts kept by those who teach, in versions; which of them a desk shows; the steps ticked in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from callcoach.around.scripts import Purpose, ScriptStep, checked_steps, how_well, missing
from callcoach.customers.numbers import number_key
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.store.around.desk_calls import CallRef, desk_call, find_desk_call
from callcoach.store.tables import (
    CampaignRow,
    LeadRow,
    PhoneCallRow,
    ScriptRow,
    ScriptRunRow,
    ScriptTickRow,
    ScriptVersionRow,
)


@dataclass(frozen=True, slots=True)
class Version:
    """The steps as one version has them."""

    id: int
    number: int
    steps: tuple[ScriptStep, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Script:
    """A script with its newest version, and the number of the one that desks show."""

    id: int
    name: str
    purpose: Purpose
    campaign: str
    newest: Version
    published: int | None

    @property
    def has_draft(self) -> bool:
        """Whether the newest version is not the one that desks show."""
        return self.published != self.newest.number


@dataclass(frozen=True, slots=True)
class Run:
    """How far a script was followed in a call; `ticked` counts steps from 0."""

    name: str
    version: Version
    ticked: frozenset[int]

    @property
    def missing(self) -> int:
        """Steps that may not be left out and are not ticked."""
        return missing(self.version.steps, self.ticked)


def list_scripts(session: Session) -> tuple[Script, ...]:
    """Return all scripts by their names."""
    newest = (
        select(ScriptVersionRow.script_id, func.max(ScriptVersionRow.number).label("number"))
        .group_by(ScriptVersionRow.script_id)
        .subquery()
    )
    rows = session.execute(
        select(ScriptRow, ScriptVersionRow, CampaignRow.name)
        .join(newest, newest.c.script_id == ScriptRow.id)
        .join(
            ScriptVersionRow,
            (ScriptVersionRow.script_id == ScriptRow.id) & (ScriptVersionRow.number == newest.c.number),
        )
        .outerjoin(CampaignRow, CampaignRow.id == ScriptRow.campaign_id)
        .order_by(ScriptRow.name, ScriptRow.id)
    )
    return tuple(
        Script(
            row.id,
            row.name,
            Purpose(row.direction, row.queue, row.campaign_id),
            campaign or "",
            _version(version),
            row.published,
        )
        for row, version, campaign in rows
    )


def get_script(session: Session, script_id: int) -> Script:
    """Return one script.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = next((one for one in list_scripts(session) if one.id == script_id), None)
    if found is None:
        raise NotFoundError(f"There is no script {script_id}.", f"没有 {script_id} 号话术。")
    return found


def put_script(
    session: Session,
    name: str,
    purpose: Purpose,
    steps: Sequence[ScriptStep],
    *,
    person_id: int,
    now: datetime,
    script_id: int | None = None,
) -> Script:
    """Add a script, or change one; other steps make a new version, which desks show once it is published.

    Raises:
        ConflictError: another script has the name.
        InputError: the name, a step or the campaign cannot be.
        NotFoundError: there is none of this id.
    """
    name, kept = name.strip(), checked_steps(steps)
    if not 0 < len(name) <= 120:
        raise InputError(f"The name has {len(name)} characters, expected 1 to 120.", "话术要有 1 到 120 个字的名称。")
    taken = session.scalar(select(ScriptRow.id).where(ScriptRow.name == name))
    if taken not in (None, script_id):
        raise ConflictError(f"There is a script {name!r} already.", f"已有名为“{name}”的话术，请换一个名称。")
    if purpose.campaign_id is not None and session.get(CampaignRow, purpose.campaign_id) is None:
        raise InputError(f"There is no campaign {purpose.campaign_id}.", f"没有 {purpose.campaign_id} 号任务。")
    row = ScriptRow() if script_id is None else session.get(ScriptRow, script_id)
    if row is None:
        raise NotFoundError(f"There is no script {script_id}.", f"没有 {script_id} 号话术。")
    row.name, row.direction = name, purpose.direction
    row.queue, row.campaign_id = purpose.queue.strip()[:120], purpose.campaign_id
    session.add(row)
    session.flush()
    before = get_script(session, row.id).newest if script_id is not None else None
    if before is None or before.steps != kept:
        number = before.number + 1 if before else 1
        plain = [asdict(one) for one in kept]
        session.add(ScriptVersionRow(script_id=row.id, number=number, steps=plain, made_by=person_id, made_at=now))
        session.flush()
    return get_script(session, row.id)


def publish(session: Session, script_id: int, *, shown: bool) -> Script:
    """Have desks show the newest version from now on, or the script no more.

    Raises:
        NotFoundError: there is none of this id.
    """
    newest = get_script(session, script_id).newest
    row = session.get_one(ScriptRow, script_id)
    row.published = newest.number if shown else None
    session.flush()
    return get_script(session, script_id)


def fitting_scripts(session: Session, person_id: int, ref: CallRef) -> tuple[Script, ...]:
    """Return the published scripts for a call, what fits best first."""
    campaign_id, wanted_id = _campaign_of(session, person_id, ref)
    call = Purpose(ref.direction, ref.queue or _told_queue(session, person_id, ref), campaign_id)
    worth = [
        (100 if one.id == wanted_id else how_well(one.purpose, call), one)
        for one in list_scripts(session)
        if one.published is not None
    ]
    found = [(points, one) for points, one in worth if points is not None]
    return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0]))


def published_version(session: Session, script: Script) -> Version:
    """Return the version of a published script that desks show."""
    own = (ScriptVersionRow.script_id == script.id, ScriptVersionRow.number == script.published)
    return _version(session.scalars(select(ScriptVersionRow).where(*own)).one())


def run_of(session: Session, person_id: int, phone_call_id: str) -> Run | None:
    """Return how far a person followed a script in a call; None: nothing was ticked.

    Raises:
        NotFoundError: it is somebody else's call.
    """
    call = find_desk_call(session, person_id, phone_call_id)
    return run_of_desk_call(session, call.id) if call else None


def run_of_desk_call(session: Session, desk_call_id: int) -> Run | None:
    """Return how far a script was followed in a desk's call; None: nothing was ticked."""
    query = (
        select(ScriptRow.name, ScriptVersionRow)
        .join(ScriptVersionRow, ScriptVersionRow.script_id == ScriptRow.id)
        .join(ScriptRunRow, ScriptRunRow.version_id == ScriptVersionRow.id)
        .where(ScriptRunRow.desk_call_id == desk_call_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    ticked = session.scalars(select(ScriptTickRow.step).where(ScriptTickRow.desk_call_id == desk_call_id))
    return Run(found[0], _version(found[1]), frozenset(ticked))


def tick(
    session: Session, person_id: int, ref: CallRef, version_id: int, step: int, *, done: bool, now: datetime
) -> Run:
    """Tick a step of a call's script, or take the tick back. Harmless when repeated.

    Ticking in another script than before begins anew.

    Raises:
        InputError: there is no such step.
        NotFoundError: there is no such version, or it is somebody else's call.
    """
    version = session.get(ScriptVersionRow, version_id)
    if version is None:
        raise NotFoundError(f"There is no script version {version_id}.", "没有这个话术版本。请重新打开话术。")
    if not 0 <= step < len(version.steps):
        raise InputError(f"The script has no step {step}.", f"话术没有第 {step + 1} 步。")
    call = desk_call(session, person_id, ref, now)
    run = session.get(ScriptRunRow, call.id)
    if run is None:
        run = ScriptRunRow(desk_call_id=call.id, version_id=version_id, begun_at=now, missing=0)
        session.add(run)
    elif run.version_id != version_id:
        session.execute(delete(ScriptTickRow).where(ScriptTickRow.desk_call_id == call.id))
        run.version_id = version_id
    session.flush()
    row = session.get(ScriptTickRow, (call.id, step))
    if done and row is None:
        session.add(ScriptTickRow(desk_call_id=call.id, step=step, at=now))
    elif not done and row is not None:
        session.delete(row)
    session.flush()
    kept = run_of_desk_call(session, call.id)
    assert kept is not None  # noqa: S101 - it was just written
    run.missing = kept.missing
    session.flush()
    return kept


def _campaign_of(session: Session, person_id: int, ref: CallRef) -> tuple[int | None, int | None]:
    """Return the campaign a call belongs to and the script it names: that of the number the agent has taken."""
    query = (
        select(LeadRow.campaign_id, CampaignRow.script_id)
        .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
        .where(LeadRow.held_by == person_id, LeadRow.number_key == number_key(ref.number))
        .order_by(LeadRow.last_at.desc(), LeadRow.id.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found else (None, None)


def _told_queue(session: Session, person_id: int, ref: CallRef) -> str:
    """Return the queue that the telephone told of; empty: none."""
    own = (PhoneCallRow.person_id == person_id, PhoneCallRow.phone_call_id == ref.phone_call_id)
    return session.scalar(select(PhoneCallRow.queue).where(*own)) or ""


def _version(row: ScriptVersionRow) -> Version:
    return Version(row.id, row.number, tuple(ScriptStep(**one) for one in row.steps), row.made_at)
