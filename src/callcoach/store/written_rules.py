"""Rules that trainers write: a draft of each at most, versions that were published, and which are in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, NotFoundError
from callcoach.store.tables import PersonRow, RuleDraftRow, RuleVersionRow

Trial = Mapping[str, Any]
"""What came of trying a draft on past calls, as plain JSON data."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule that is being written."""

    rule_id: str
    document: str
    """YAML."""
    number: int
    """Counts its changes."""
    changed_by: str
    changed_at: datetime
    trial: Trial | None
    """None: nobody has tried it as it stands."""


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A version that was published, or the end of one: then `document` is empty."""

    id: int
    rule_id: str
    version: int
    document: str
    reason: str
    published_by: str
    published_at: datetime
    trial: Trial | None


def list_drafts(session: Session) -> tuple[RuleDraft, ...]:
    """Return all drafts, the one changed last first."""
    query = select(RuleDraftRow, PersonRow.name).join(PersonRow, PersonRow.id == RuleDraftRow.changed_by)
    rows = session.execute(query.order_by(RuleDraftRow.changed_at.desc(), RuleDraftRow.rule_id))
    return tuple(_draft(row, name) for row, name in rows)


def find_draft(session: Session, rule_id: str) -> RuleDraft | None:
    """Return the draft of a rule; None: there is none."""
    query = select(RuleDraftRow, PersonRow.name).join(PersonRow, PersonRow.id == RuleDraftRow.changed_by)
    found = session.execute(query.where(RuleDraftRow.rule_id == rule_id)).one_or_none()
    return None if found is None else _draft(*found)


def get_draft(session: Session, rule_id: str) -> RuleDraft:
    """Return the draft of a rule.

    Raises:
        NotFoundError: there is none.
    """
    draft = find_draft(session, rule_id)
    if draft is None:
        raise NotFoundError(
            f"There is no draft of the rule {rule_id!r}. Open the rule and begin one.",
            f"规则 {rule_id} 没有草稿。请打开这条规则，点“修改”。",
        )
    return draft


def put_draft(
    session: Session, rule_id: str, document: str, *, number: int, person_id: int, now: datetime
) -> RuleDraft:
    """Keep a draft; `number` is that of the draft the writer saw, 0 for a new one. What was tried has to be tried anew.

    Raises:
        ConflictError: somebody else has changed, begun or discarded it since.
    """
    row = session.get(RuleDraftRow, rule_id, with_for_update=True)
    if (row.number if row else 0) != number:
        who = session.get_one(PersonRow, row.changed_by).name if row else ""
        raise ConflictError(
            f"{who or 'Somebody'} has changed or discarded this draft meanwhile. Copy your text, load the page again.",
            f"{who or '有人'}刚刚改过或丢弃了这份草稿。请先复制您写的内容，再重新载入页面。",
        )
    if row is None:
        row = RuleDraftRow(rule_id=rule_id, trial=None)
        session.add(row)
    if row.document != document:
        row.trial = None
    row.document, row.number = document, number + 1
    row.changed_by, row.changed_at = person_id, now
    session.flush()
    return get_draft(session, rule_id)


def keep_trial(session: Session, rule_id: str, number: int, trial: Trial) -> None:
    """Note what came of trying a draft, unless it was changed while it was tried."""
    row = session.get(RuleDraftRow, rule_id, with_for_update=True)
    if row is not None and row.number == number:
        row.trial = dict(trial)


def discard_draft(session: Session, rule_id: str) -> None:
    """Discard a draft; one that is gone is no mistake."""
    row = session.get(RuleDraftRow, rule_id)
    if row is not None:
        session.delete(row)


def publish(
    session: Session, draft: RuleDraft, document: str, version: int, *, reason: str, person_id: int, now: datetime
) -> None:
    """Have a draft's document in force as a version; the draft is then gone.

    Raises:
        ConflictError: it was changed or published meanwhile.
    """
    row = session.get(RuleDraftRow, draft.rule_id, with_for_update=True)
    if row is None or row.number != draft.number:
        raise ConflictError(
            "The draft was changed or published meanwhile. Load the page again.",
            "草稿刚刚被人改过或发布了。请重新载入页面。",
        )
    session.add(
        RuleVersionRow(
            rule_id=draft.rule_id,
            version=version,
            document=document,
            reason=reason,
            published_by=person_id,
            published_at=now,
            trial=row.trial,
        )
    )
    session.delete(row)
    session.flush()


def withdraw(session: Session, rule_id: str, *, reason: str, person_id: int, now: datetime) -> None:
    """End what was published of a rule: what the rulebook has is in force again, or nothing.

    Raises:
        ConflictError: nothing of it is published.
    """
    newest = next(iter(versions_of(session, rule_id)), None)
    if newest is None or not newest.document:
        raise ConflictError(
            f"No published version of the rule {rule_id!r} is in force.", f"规则 {rule_id} 没有生效中的发布版本。"
        )
    session.add(
        RuleVersionRow(
            rule_id=rule_id,
            version=newest.version,
            document="",
            reason=reason,
            published_by=person_id,
            published_at=now,
            trial=None,
        )
    )
    session.flush()


def versions_of(session: Session, rule_id: str) -> tuple[RuleVersion, ...]:
    """Return what was published of a rule, newest first."""
    query = select(RuleVersionRow, PersonRow.name).join(PersonRow, PersonRow.id == RuleVersionRow.published_by)
    rows = session.execute(query.where(RuleVersionRow.rule_id == rule_id).order_by(RuleVersionRow.id.desc()))
    return tuple(_version(row, name) for row, name in rows)


def in_force(session: Session) -> dict[str, RuleVersion]:
    """Return the published versions that are in force, by rule."""
    newest = select(func.max(RuleVersionRow.id)).group_by(RuleVersionRow.rule_id)
    query = select(RuleVersionRow, PersonRow.name).join(PersonRow, PersonRow.id == RuleVersionRow.published_by)
    rows = session.execute(query.where(RuleVersionRow.id.in_(newest)).order_by(RuleVersionRow.rule_id))
    return {row.rule_id: _version(row, name) for row, name in rows if row.document}


def revision(session: Session) -> int:
    """Return a number that grows whenever something is published or withdrawn."""
    return session.scalar(select(func.max(RuleVersionRow.id))) or 0


def _draft(row: RuleDraftRow, name: str) -> RuleDraft:
    return RuleDraft(row.rule_id, row.document, row.number, name, row.changed_at, row.trial)


def _version(row: RuleVersionRow, name: str) -> RuleVersion:
    return RuleVersion(row.id, row.rule_id, row.version, row.document, row.reason, name, row.published_at, row.trial)
