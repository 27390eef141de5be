"""Drills that agents practise with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0170"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "drills",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(length=120), nullable=False),
        sa.Column("mode", sa.String(length=24), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_drills_agent_id"),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name="fk_drills_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_drills"),
    )
    op.create_index("ix_drills_agent", "drills", ["agent_id", "id"])
    op.create_table(
        "drill_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drill_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=True),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("better", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_drill_items_call_pk", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], name="fk_drill_items_drill_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_drill_items"),
        sa.UniqueConstraint("drill_id", "number", name="uq_drill_items_drill_id_number"),
    )
    op.create_index("ix_drill_items_call_pk", "drill_items", ["call_pk"])
    op.create_table(
        "drill_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("sound_file", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["drill_items.id"], name="fk_drill_answers_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_drill_answers"),
    )
    op.create_index("ix_drill_answers_item", "drill_answers", ["item_id", "id"])
