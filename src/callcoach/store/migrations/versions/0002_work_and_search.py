"""Steps of the work on calls; files of watched folders; full-text search over what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. No version that was given out wrote calls before it, so that none need to be indexed here."""
    op.add_column("calls", sa.Column("agent_right", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("calls", sa.Column("heard_file", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("calls", sa.Column("queued_attempt", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_work_call_pk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
    )
    op.create_index("ix_work_call", "work", ["call_pk", "id"])
    op.create_table(
        "watched_files",
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_watched_files"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE call_text USING fts5(words, grams, prefix = 1,"
            " tokenize = \"unicode61 remove_diacritics 0 tokenchars '|'\")"
        )
        return
    op.execute(
        "CREATE TABLE call_text (call_pk integer NOT NULL REFERENCES calls (pk) ON DELETE CASCADE,"
        " number integer NOT NULL, words tsvector NOT NULL, grams tsvector NOT NULL, PRIMARY KEY (call_pk, number))"
    )
    op.execute("CREATE INDEX ix_call_text ON call_text USING gin (words, grams) WITH (fastupdate = off)")
