"""Complaints and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_pk", sa.Integer(), nullable=True),
        sa.Column("desk_call_id", sa.Integer(), nullable=True),
        sa.Column("customer", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("order_number", sa.String(length=120), nullable=False),
        sa.Column("department", sa.String(length=120), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("demand", sa.String(length=24), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_complaints_call_pk", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["desk_calls.id"], name="fk_complaints_desk_call_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_complaints_owner_id"),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name="fk_complaints_proposed_by"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_complaints_recorded_by"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_complaints_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
    )
    op.create_index("ix_complaints_call_pk", "complaints", ["call_pk"])
    op.create_index("ix_complaints_desk_call_id", "complaints", ["desk_call_id"])
    op.create_index("ix_complaints_due", "complaints", ["due_at", "id"])
    op.create_index("ix_complaints_number", "complaints", ["number"])
    op.create_index("ix_complaints_owner", "complaints", ["owner_id", "due_at"])
    op.create_index("ix_complaints_recorded_by", "complaints", ["recorded_by"])
    op.create_index("ix_complaints_state", "complaints", ["state", "due_at", "id"])
    op.create_index("ix_complaints_team_id", "complaints", ["team_id"])
    op.create_table(
        "complaint_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_complaint_events_complaint_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_complaint_events_owner_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_complaint_events_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_events"),
        sa.UniqueConstraint("complaint_id", "number", name="uq_complaint_events_complaint_id_number"),
    )
    _keep_events()


def _keep_events() -> None:
    """Let the database itself refuse to change the history, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER complaint_events_no_{deed.lower()} BEFORE {deed} ON complaint_events "
                "BEGIN SELECT RAISE(ABORT, 'the history of complaints is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_complaint_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the history of complaints is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER complaint_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON complaint_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_complaint_change()"
    )
