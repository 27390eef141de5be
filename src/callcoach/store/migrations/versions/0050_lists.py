"""Calls of agents nobody told us of, watched folders as they were seen, events that are told once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    nobodys = sa.text("agent_id IS NULL")
    op.create_index(
        "ix_calls_unmapped", "calls", ["agent", "team_id", "started_at"], sqlite_where=nobodys, postgresql_where=nobodys
    )
    op.add_column("watched_files", sa.Column("folder", sa.String(length=1000), nullable=False, server_default=""))
    op.add_column("watched_files", sa.Column("call_id", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("watched_files", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "watched_folders",
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("server", sa.String(length=40), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path", "server", name="pk_watched_folders"),
    )
    op.add_column("out_events", sa.Column("key", sa.String(length=120), nullable=True))
    op.create_index("ix_out_events_key", "out_events", ["key"], unique=True)
