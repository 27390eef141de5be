"""The audit log: what is written in the same transaction as the deed it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from callcoach.store.tables import AuditRow


def note(
    session: Session,
    action: str,
    *,
    person_id: int | None = None,
    about: tuple[str, str] = ("", ""),
    detail: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Add one deed to the log.

    Args:
        session: the transaction of the deed.
        action: what was done, such as `call.hear`.
        person_id: who did it; None: the installation itself.
        about: kind and id of the thing, such as `("call", "4711")`.
        detail: what else to know, as plain JSON data; never what was said in a call.
        address: network address it came from.
    """
    kind, name = about
    session.add(
        AuditRow(
            at=datetime.now(UTC),
            person_id=person_id,
            action=action,
            object_kind=kind,
            object_id=name,
            detail=dict(detail or {}),
            address=address,
        )
    )
