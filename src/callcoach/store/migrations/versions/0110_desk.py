"""Presence of agents, and the rules that speak up live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_presence_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_presence"),
    )
    op.create_index("ix_presence_person_id", "presence", ["person_id", "id"])
    op.create_table(
        "live_rules",
        sa.Column("rule_id", sa.String(length=120), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name="fk_live_rules_changed_by"),
        sa.PrimaryKeyConstraint("rule_id", name="pk_live_rules"),
    )
