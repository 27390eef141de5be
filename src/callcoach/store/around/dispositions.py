"""The tree of outcomes a call can have, kept by those who teach. An outcome is switched off, never removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.store.tables import DispositionRow

DEEPEST = 4
"""Levels of the tree: more is not chosen in a few seconds."""


@dataclass(frozen=True, slots=True)
class DispositionTerms:
    """What can be said of an outcome."""

    name_zh: str
    name_en: str = ""
    parent_id: int | None = None
    needs_callback: bool = False
    needs_complaint: bool = False
    active: bool = True
    place: int = 0


@dataclass(frozen=True, slots=True)
class Disposition:
    """An outcome in its place. `path` holds its ancestors' names and its own."""

    id: int
    terms: DispositionTerms
    depth: int
    path_zh: tuple[str, ...]
    path_en: tuple[str, ...]
    is_leaf: bool
    """Whether nothing that is in use stands below: only such are chosen."""
    in_use: bool
    """Whether it and all above it are active."""


def list_dispositions(session: Session, *, active_only: bool = False) -> tuple[Disposition, ...]:
    """Return the tree, each after the one it stands below."""
    rows = session.scalars(select(DispositionRow).order_by(DispositionRow.place, DispositionRow.id)).all()
    below: dict[int | None, list[DispositionRow]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    tree = tuple(_walk(below, None, (), (), in_use=True))
    return tuple(one for one in tree if one.in_use) if active_only else tree


def get_disposition(session: Session, disposition_id: int) -> Disposition:
    """Return one outcome.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = next((one for one in list_dispositions(session) if one.id == disposition_id), None)
    if found is None:
        raise NotFoundError(f"There is no outcome {disposition_id}.", f"没有 {disposition_id} 号通话结果。")
    return found


def put_disposition(session: Session, terms: DispositionTerms, disposition_id: int | None = None) -> Disposition:
    """Add an outcome, or change one.

    Raises:
        ConflictError: a sibling has the name.
        InputError: it has no name, or would stand too deep or below itself.
        NotFoundError: it, or what it is to stand below, is not there.
    """
    terms = _checked(session, terms, disposition_id)
    row = DispositionRow() if disposition_id is None else session.get(DispositionRow, disposition_id)
    if row is None:
        raise NotFoundError(f"There is no outcome {disposition_id}.", f"没有 {disposition_id} 号通话结果。")
    for name in DispositionTerms.__dataclass_fields__:
        setattr(row, name, getattr(terms, name))
    session.add(row)
    session.flush()
    return get_disposition(session, row.id)


def _checked(session: Session, terms: DispositionTerms, own_id: int | None) -> DispositionTerms:
    name_zh, name_en = terms.name_zh.strip(), terms.name_en.strip()
    if not name_zh or max(len(name_zh), len(name_en)) > 80:
        raise InputError(
            f"The name {name_zh[:80]!r} has {len(name_zh)} characters, expected 1 to 80.",
            f"名称有 {len(name_zh)} 个字，应为 1 到 80 个。",
        )
    same = select(DispositionRow.id).where(DispositionRow.name_zh == name_zh)
    same = same.where(
        DispositionRow.parent_id.is_(None) if terms.parent_id is None else DispositionRow.parent_id == terms.parent_id
    )
    if any(other != own_id for other in session.scalars(same)):
        raise ConflictError(
            f"There is an outcome {name_zh!r} there already. Choose another name.",
            f"这里已有名为“{name_zh}”的结果，请换一个名称。",
        )
    if terms.parent_id is not None:
        _check_parent(session, terms.parent_id, own_id)
    return DispositionTerms(
        name_zh,
        name_en,
        terms.parent_id,
        terms.needs_callback,
        terms.needs_complaint,
        terms.active,
        max(-1000, min(terms.place, 1000)),
    )


def _check_parent(session: Session, parent_id: int, own_id: int | None) -> None:
    tree = {one.id: one for one in list_dispositions(session)}
    if parent_id not in tree:
        raise NotFoundError(f"There is no outcome {parent_id} to stand below.", f"没有 {parent_id} 号上级结果。")
    above: int | None = parent_id
    while above is not None:
        if above == own_id:
            raise InputError("An outcome cannot stand below itself.", "结果不能放在自己下面。")
        above = tree[above].terms.parent_id
    deepest = max((one.depth - tree[own_id].depth for one in _below(tree, own_id)), default=0) if own_id else 0
    if tree[parent_id].depth + 1 + deepest >= DEEPEST:
        raise InputError(
            f"Outcomes stand at most {DEEPEST} levels deep: choose one further up.",
            f"结果最多 {DEEPEST} 层，请选更上一级。",
        )


def _below(tree: dict[int, Disposition], own_id: int) -> Iterator[Disposition]:
    for one in tree.values():
        above: int | None = one.id
        while above is not None and above != own_id:
            above = tree[above].terms.parent_id
        if above == own_id:
            yield one


def _walk(
    below: dict[int | None, list[DispositionRow]],
    parent_id: int | None,
    zh: tuple[str, ...],
    en: tuple[str, ...],
    *,
    in_use: bool,
) -> Iterator[Disposition]:
    for row in below.get(parent_id, ()):
        terms = DispositionTerms(**{name: getattr(row, name) for name in DispositionTerms.__dataclass_fields__})
        used = in_use and row.active
        path_zh, path_en = (*zh, row.name_zh), (*en, row.name_en or row.name_zh)
        is_leaf = not any(child.active for child in below.get(row.id, ()))
        yield Disposition(row.id, terms, len(zh), path_zh, path_en, is_leaf, used)
        yield from _walk(below, row.id, path_zh, path_en, in_use=used)
