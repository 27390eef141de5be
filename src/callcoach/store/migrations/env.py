"""Alembic's entry: runs revisions on the connection that `callcoach.store.schema` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum

from callcoach.store.tables import Base
from callcoach.store.tables.base import SeverityLevel, UtcDateTime


def _render(kind: str, thing: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones: a revision must go on working when the code it came from is gone."""
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, SeverityLevel):
        return "sa.SmallInteger()"
    return f"sa.String(length={thing.length})" if isinstance(thing, Enum) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_render, compare_type=False
)
context.run_migrations()
