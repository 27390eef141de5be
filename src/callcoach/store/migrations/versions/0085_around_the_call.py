"""Notes, outcomes and callbacks of calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "dispositions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("needs_callback", sa.Boolean(), nullable=False),
        sa.Column("needs_complaint", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["dispositions.id"], name="fk_dispositions_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dispositions"),
        sa.UniqueConstraint("parent_id", "name_zh", name="uq_dispositions_parent_id_name_zh"),
    )
    op.create_index("ix_dispositions_parent_id", "dispositions", ["parent_id"])
    op.create_table(
        "desk_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_call_id", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=24), nullable=False),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_desk_calls_call_pk", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_desk_calls_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_calls"),
        sa.UniqueConstraint("phone_call_id", "person_id", name="uq_desk_calls_phone_call_id_person_id"),
    )
    op.create_index("ix_desk_calls_at", "desk_calls", ["at", "id"])
    op.create_index("ix_desk_calls_call_pk", "desk_calls", ["call_pk"])
    op.create_index("ix_desk_calls_person_id", "desk_calls", ["person_id"])
    op.create_table(
        "call_notes",
        sa.Column("desk_call_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["desk_calls.id"], name="fk_call_notes_desk_call_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("desk_call_id", name="pk_call_notes"),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("call_pk", sa.Integer(), nullable=True),
        sa.Column("desk_call_id", sa.Integer(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_callbacks_call_pk", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["desk_calls.id"], name="fk_callbacks_desk_call_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_callbacks_made_by"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_callbacks_owner_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_callbacks_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_call_pk", "callbacks", ["call_pk"])
    op.create_index("ix_callbacks_desk_call_id", "callbacks", ["desk_call_id"])
    op.create_index("ix_callbacks_due", "callbacks", ["due_at", "id"])
    op.create_index("ix_callbacks_number", "callbacks", ["number"])
    op.create_index("ix_callbacks_owner", "callbacks", ["owner_id", "state", "due_at"])
    op.create_index("ix_callbacks_state", "callbacks", ["state", "due_at", "id"])
    op.create_index("ix_callbacks_team_id", "callbacks", ["team_id"])
    op.create_table(
        "wrap_ups",
        sa.Column("desk_call_id", sa.Integer(), nullable=False),
        sa.Column("disposition_id", sa.Integer(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["desk_calls.id"], name="fk_wrap_ups_desk_call_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["disposition_id"], ["dispositions.id"], name="fk_wrap_ups_disposition_id"),
        sa.PrimaryKeyConstraint("desk_call_id", name="pk_wrap_ups"),
    )
    op.create_index("ix_wrap_ups_disposition", "wrap_ups", ["disposition_id", "done_at"])
    op.create_table(
        "callback_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callbacks.id"], name="fk_callback_steps_callback_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_callback_steps_owner_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_callback_steps_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callback_steps"),
    )
    op.create_index("ix_callback_steps_callback", "callback_steps", ["callback_id", "id"])
