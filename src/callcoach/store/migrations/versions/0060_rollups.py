"""Roll-ups of trends with the triggers that say what changed; what finished reviews say of each finding."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0086"
branch_labels = None
depends_on = None

_COUNTED = "started_at, agent_id, team_id, duration_s, score, reviewed, reviewed_score"
_NOTE = "INSERT INTO trend_stale (started_at, team_id, agent_id)"
_PARTS = ("findings", "call_measures", "judged_findings")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "judged_findings",
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=120), nullable=False),
        sa.Column("rule_id", sa.String(length=120), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.pk"], name="fk_judged_findings_call_pk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_pk", "finding_id", name="pk_judged_findings"),
    )
    op.create_index("ix_judged_findings_rule", "judged_findings", ["rule_id", "call_pk"])
    op.create_table(
        "trend_stale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_trend_stale"),
    )
    op.create_table(
        "trend_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=80), nullable=False),
        sa.Column("built_from", sa.Date(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trend_state"),
    )
    _add_sums()
    op.create_index("ix_trend_rules_rule", "trend_rules", ["level", "rule_id", "first"])
    if op.get_bind().dialect.name == "sqlite":
        _add_triggers_to_sqlite()
    else:
        _add_triggers_to_postgresql()


def _add_sums() -> None:
    figures = (
        *_sums("calls", "scored", "score:", "score_squares:", "reviewed", "reviewed_score:", "findings", "standing"),
        *_sums("serious_calls", "duration_s:", "measured", "silence_s:", "rung", "ring_s:", "shared"),
        *_sums("agent_share:", "talk_overs", *(f"scores_{number}" for number in range(10))),
    )
    _add_cells("trend_calls", [], figures)
    rules = _sums(
        *("findings", "finding_calls", "finding_squares", "standing", "standing_calls", "standing_squares"),
        *("confirmed", "rejected", "added"),
    )
    _add_cells("trend_rules", [sa.Column("rule_id", sa.String(length=120), nullable=False)], rules)
    hours = [sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("weekday", "hour")]
    _add_cells("trend_hours", hours, _sums("calls", "scored", "score:", "standing"))


def _sums(*names: str) -> tuple[sa.Column, ...]:
    """Return columns; a name with a colon is of a number that is not whole."""
    kinds = ((name.rstrip(":"), sa.Double() if name.endswith(":") else sa.Integer()) for name in names)
    return tuple(sa.Column(name, kind, nullable=False) for name, kind in kinds)


def _add_cells(name: str, keys: list[sa.Column], sums: tuple[sa.Column, ...]) -> None:
    op.create_table(
        name,
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        *keys,
        *sums,
        sa.PrimaryKeyConstraint(
            *("level", "first", "team_id", "agent_id"), *(key.name for key in keys), name=f"pk_{name}"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{name}_agent", name, ["level", "agent_id", "first"])


def _add_triggers_to_sqlite() -> None:
    old, new = (f"{_NOTE} VALUES ({row}.started_at, {row}.team_id, {row}.agent_id)" for row in ("OLD", "NEW"))
    op.execute(f"CREATE TRIGGER trend_calls_insert AFTER INSERT ON calls BEGIN {new}; END")
    op.execute(f"CREATE TRIGGER trend_calls_update AFTER UPDATE OF {_COUNTED} ON calls BEGIN {old}; {new}; END")
    op.execute(f"CREATE TRIGGER trend_calls_delete AFTER DELETE ON calls BEGIN {old}; END")
    for table in _PARTS:
        for deed, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER trend_{table}_{deed.lower()} AFTER {deed} ON {table} BEGIN {_NOTE} "  # noqa: S608 - ours
                f"SELECT started_at, team_id, agent_id FROM calls WHERE pk = {row}.call_pk; END"
            )


def _add_triggers_to_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION note_changed_call() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF TG_OP <> 'INSERT' THEN
            INSERT INTO trend_stale (started_at, team_id, agent_id) VALUES (OLD.started_at, OLD.team_id, OLD.agent_id);
          END IF;
          IF TG_OP <> 'DELETE' THEN
            INSERT INTO trend_stale (started_at, team_id, agent_id) VALUES (NEW.started_at, NEW.team_id, NEW.agent_id);
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION note_changed_part() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE changed integer; BEGIN
          IF TG_OP = 'DELETE' THEN changed := OLD.call_pk; ELSE changed := NEW.call_pk; END IF;
          INSERT INTO trend_stale (started_at, team_id, agent_id)
            SELECT started_at, team_id, agent_id FROM calls WHERE pk = changed;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER trend_calls AFTER INSERT OR DELETE OR UPDATE OF {_COUNTED} ON calls "
        "FOR EACH ROW EXECUTE FUNCTION note_changed_call()"
    )
    for table in _PARTS:
        op.execute(
            f"CREATE TRIGGER trend_{table} AFTER INSERT OR DELETE OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION note_changed_part()"
        )
