"""Call scripts and the steps ticked in calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "scripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("direction", sa.String(length=24), nullable=False),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_scripts_campaign_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_scripts"),
        sa.UniqueConstraint("name", name="uq_scripts_name"),
    )
    op.create_index("ix_scripts_campaign_id", "scripts", ["campaign_id"])
    op.create_table(
        "script_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_script_versions_made_by"),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name="fk_script_versions_script_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_script_versions"),
        sa.UniqueConstraint("script_id", "number", name="uq_script_versions_script_id_number"),
    )
    op.create_table(
        "script_runs",
        sa.Column("desk_call_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["desk_calls.id"], name="fk_script_runs_desk_call_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["script_versions.id"], name="fk_script_runs_version_id"),
        sa.PrimaryKeyConstraint("desk_call_id", name="pk_script_runs"),
    )
    op.create_index("ix_script_runs_begun", "script_runs", ["begun_at"])
    op.create_index("ix_script_runs_version_id", "script_runs", ["version_id"])
    op.create_table(
        "script_ticks",
        sa.Column("desk_call_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["script_runs.desk_call_id"], name="fk_script_ticks_desk_call_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("desk_call_id", "step", name="pk_script_ticks"),
    )
