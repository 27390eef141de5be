"""Accounts with which agents' softphones register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sip_accounts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("extension", sa.String(length=120), nullable=False),
        sa.Column("auth_user", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=1000), nullable=False),
        sa.Column("registrar", sa.String(length=250), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("starts", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_sip_accounts_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_sip_accounts"),
    )
