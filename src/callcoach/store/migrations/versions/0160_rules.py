"""Rules that trainers write: drafts and published versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0160"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rule_drafts",
        sa.Column("rule_id", sa.String(length=120), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trial", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name="fk_rule_drafts_changed_by"),
        sa.PrimaryKeyConstraint("rule_id", name="pk_rule_drafts"),
    )
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trial", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name="fk_rule_versions_published_by"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_versions"),
    )
    op.create_index("ix_rule_versions_rule", "rule_versions", ["rule_id", "id"])
