"""Surveys, whom they are put to, and the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0160"
branch_labels = None
depends_on = None

BYTEWISE = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
ONLY_ADDED = ("survey_answers", "survey_versions")


def upgrade() -> None:
    """Apply."""
    _surveys()
    _plans()
    _follow_ups()
    _answers()
    _keep()


def _surveys() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
        sa.UniqueConstraint("name", name="uq_surveys_name"),
    )
    op.create_table(
        "survey_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_survey_versions_made_by"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_survey_versions_survey_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_versions"),
        sa.UniqueConstraint("survey_id", "number", name="uq_survey_versions_survey_id_number"),
    )


def _plans() -> None:
    op.create_table(
        "follow_up_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("share_percent", sa.Double(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("delay_h", sa.Double(), nullable=False),
        sa.Column("within_h", sa.Double(), nullable=False),
        sa.Column("rest_days", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("direction", sa.String(length=24), nullable=True),
        sa.Column("tier", sa.String(length=24), nullable=True),
        sa.Column("with_complaint", sa.Boolean(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_follow_up_plans_campaign_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_follow_up_plans_made_by"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_follow_up_plans_survey_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_follow_up_plans_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_plans"),
    )


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=True),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_key", BYTEWISE, nullable=False),
        sa.Column("customer", sa.String(length=120), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_follow_ups_agent_id"),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_follow_ups_call_pk", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_follow_ups_complaint_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name="fk_follow_ups_ended_by"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_follow_ups_lead_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["plan_id"], ["follow_up_plans.id"], name="fk_follow_ups_plan_id"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_follow_ups_survey_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_follow_ups_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint("plan_id", "call_pk", name="uq_follow_ups_plan_id_call_pk"),
        sa.UniqueConstraint("plan_id", "complaint_id", name="uq_follow_ups_plan_id_complaint_id"),
    )
    for name in ("agent_id", "call_pk", "complaint_id", "lead_id", "survey_id", "team_id"):
        op.create_index(f"ix_follow_ups_{name}", "follow_ups", [name])
    op.create_index("ix_follow_ups_due", "follow_ups", ["due_at", "id"])
    op.create_index("ix_follow_ups_number", "follow_ups", ["number_key", "made_at"])
    op.create_index("ix_follow_ups_state", "follow_ups", ["state", "due_at", "id"])


def _answers() -> None:
    op.create_table(
        "survey_responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by_keys", sa.Boolean(), nullable=False),
        sa.Column("is_dissatisfied", sa.Boolean(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callbacks.id"], name="fk_survey_responses_callback_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_ups.id"], name="fk_survey_responses_follow_up_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_survey_responses_person_id"),
        sa.ForeignKeyConstraint(["version_id"], ["survey_versions.id"], name="fk_survey_responses_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_responses"),
        sa.UniqueConstraint("follow_up_id", "number", name="uq_survey_responses_follow_up_id_number"),
    )
    op.create_index("ix_survey_responses_at", "survey_responses", ["at"])
    op.create_table(
        "survey_answers",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["survey_responses.id"], name="fk_survey_answers_response_id"),
        sa.PrimaryKeyConstraint("response_id", "question", name="pk_survey_answers"),
    )


def _keep() -> None:
    """Let the database itself refuse to change what was answered and asked, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ONLY_ADDED:
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'what was asked and answered is only ever added to'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_survey_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what was asked and answered is only ever added to'; END $$"
    )
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_survey_change()"
        )
