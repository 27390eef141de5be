"""Reviews: sheets and their events, sampling plans, assignments, calibration rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFUSAL = "review events are never changed"


def upgrade() -> None:
    """Apply."""
    _work()
    _sheets()
    _keep_events()


def _keep_events() -> None:
    """Let the database itself refuse to change an event, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER keep_review_events BEFORE UPDATE ON review_events"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION keep_review_events() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER keep_review_events BEFORE UPDATE ON review_events"
        " FOR EACH ROW EXECUTE FUNCTION keep_review_events()"
    )


def _work() -> None:
    """Plans, runs, assignments, rounds."""
    op.create_table(
        "review_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("per", sa.String(length=24), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("due_workdays", sa.Integer(), nullable=False),
        sa.Column("team_ids", sa.JSON(), nullable=False),
        sa.Column("direction", sa.String(length=24), nullable=True),
        sa.Column("duration_min_s", sa.Double(), nullable=True),
        sa.Column("duration_max_s", sa.Double(), nullable=True),
        sa.Column("reviewer_ids", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_review_plans_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_review_plans"),
    )
    op.create_table(
        "review_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_review_rounds_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_review_rounds"),
    )
    op.create_table(
        "review_round_calls",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_review_round_calls_call_pk", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_rounds.id"], name="fk_review_round_calls_round_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "call_pk", name="pk_review_round_calls"),
    )
    op.create_table(
        "review_round_reviewers",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_review_round_reviewers_person_id"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_rounds.id"], name="fk_review_round_reviewers_round_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "person_id", name="pk_review_round_reviewers"),
    )
    op.create_table(
        "review_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("unassigned", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["review_plans.id"], name="fk_review_runs_plan_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_review_runs"),
        sa.UniqueConstraint("plan_id", "period", name="uq_review_runs_plan_id_period"),
    )
    op.create_table(
        "review_assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("assigned_by", sa.Integer(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assigned_by"], ["people.id"], name="fk_review_assignments_assigned_by"),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_review_assignments_call_pk", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name="fk_review_assignments_closed_by"),
        sa.ForeignKeyConstraint(["follows"], ["review_assignments.id"], name="fk_review_assignments_follows"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_review_assignments_person_id"),
        sa.ForeignKeyConstraint(["run_id"], ["review_runs.id"], name="fk_review_assignments_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_assignments"),
    )
    op.create_index("ix_review_assignments_call_pk", "review_assignments", ["call_pk"])
    op.create_index("ix_review_assignments_person", "review_assignments", ["person_id", "state", "due_at"])
    op.create_index(
        "uq_review_assignments_open",
        "review_assignments",
        ["call_pk"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _sheets() -> None:
    """Sheets and events."""
    op.create_table(
        "review_bases",
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_review_bases_call_pk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_pk", name="pk_review_bases"),
    )
    op.create_table(
        "review_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_review_sheets_call_pk", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_review_sheets_person_id"),
        sa.ForeignKeyConstraint(["round_id"], ["review_rounds.id"], name="fk_review_sheets_round_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_sheets"),
        sa.UniqueConstraint("key", name="uq_review_sheets_key"),
    )
    op.create_index("ix_review_sheets_call_pk", "review_sheets", ["call_pk"])
    op.create_index("ix_review_sheets_round_id", "review_sheets", ["round_id"])
    op.create_index("ix_review_sheets_stage", "review_sheets", ["stage", "appeal_until"])
    op.create_table(
        "review_events",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_review_events_person_id"),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["review_sheets.id"], name="fk_review_events_sheet_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sheet_id", "number", name="pk_review_events"),
    )
