"""Measures of each call, and coaching sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "call_measures",
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("ring_s", sa.Double(), nullable=True),
        sa.Column("silence_s", sa.Double(), nullable=False),
        sa.Column("agent_share", sa.Double(), nullable=True),
        sa.Column("talk_overs", sa.Integer(), nullable=True),
        sa.Column("hold_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_call_measures_call_pk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_pk", name="pk_call_measures"),
    )
    op.create_table(
        "coaching",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_ids", sa.JSON(), nullable=False),
        sa.Column("call_ids", sa.JSON(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_coaching_agent_id"),
        sa.ForeignKeyConstraint(["coach_id"], ["people.id"], name="fk_coaching_coach_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coaching"),
    )
    op.create_index("ix_coaching_agent", "coaching", ["agent_id", "at"])
