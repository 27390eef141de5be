"""The phone book, customers, and the calls' numbers as they are compared with customers'."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None

BYTEWISE = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|,|;|#)\s*\d{1,6}$", re.IGNORECASE)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_key", BYTEWISE, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("department", sa.String(length=120), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sort_name", BYTEWISE, nullable=False),
        sa.Column("find", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("number_key", name="uq_contacts_number_key"),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.String(length=24), nullable=True),
        sa.Column("tier_by_hand", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=True),
        sa.Column("sales", sa.Double(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sort_name", BYTEWISE, nullable=False),
        sa.Column("find", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["customers.id"], name="fk_customers_merged_into"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_customers_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_changed", "customers", ["changed_at", "id"])
    op.create_index("ix_customers_name", "customers", ["sort_name", "id"])
    op.create_index("ix_customers_tier", "customers", ["tier", "id"])
    op.create_table(
        "customer_numbers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_key", BYTEWISE, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_customer_numbers_customer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customer_numbers"),
        sa.UniqueConstraint("customer_id", "number_key", name="uq_customer_numbers_customer_id_number_key"),
    )
    op.create_index("ix_customer_numbers_key", "customer_numbers", ["number_key"])
    op.create_table(
        "customer_tags",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_customer_tags_customer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "name", name="pk_customer_tags"),
    )
    op.create_table(
        "customer_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_customer_notes_customer_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_customer_notes_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_notes"),
    )
    for table, column in (
        ("contacts", "sort_name"),
        ("customers", "merged_into"),
        ("customers", "owner_id"),
        ("customer_notes", "customer_id"),
        ("customer_tags", "name"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_customers_sales", "customers", [sa.text("coalesce(sales, -1000000000000000.0)"), "id"])
    op.add_column("calls", sa.Column("number_key", BYTEWISE, nullable=False, server_default=""))
    _fill_number_keys()
    op.create_index("ix_calls_number_key", "calls", ["number_key", "started_at", "pk"])


def _fill_number_keys() -> None:
    connection = op.get_bind()
    calls = sa.table("calls", sa.column("number", sa.String), sa.column("number_key", sa.String))
    for (number,) in connection.execute(sa.select(calls.c.number).where(calls.c.number != "").distinct()).all():
        connection.execute(calls.update().where(calls.c.number == number).values(number_key=_number_key(number)))


def _number_key(text: str) -> str:
    """As `callcoach.customers.numbers.number_key` was when this revision was made."""
    plain = re.sub(r"^(?:sips?|tel|callto):", "", unicodedata.normalize("NFKC", text).strip(), flags=re.IGNORECASE)
    plain = plain.partition("@")[0].partition(";")[0].replace("%2B", "+")
    plain = _EXTENSION.sub("", plain) if sum(one.isdigit() for one in plain) > 7 else plain
    kept = "".join(one for one in plain if one.isascii() and (one.isalnum() or one in "+*"))
    if not any(one.isdigit() for one in kept):
        return kept.lower()[:40]
    if kept.startswith("00") and len(kept) > 6:
        kept = "+" + kept[2:]
    if kept.startswith("+") and not kept.startswith("+86"):
        return kept[:40]
    kept = kept.removeprefix("+86") if kept.startswith("+") else kept
    without_trunk = kept.lstrip("0")
    if without_trunk.startswith("86") and re.fullmatch(r"1[3-9]\d{9}", without_trunk[2:]):
        without_trunk = without_trunk[2:]
    return (without_trunk if len(without_trunk) >= 9 else kept)[:40]
