"""An assignment may be for deciding an appeal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what was assigned so far were reviews."""
    column = sa.Column("kind", sa.String(length=24), nullable=False, server_default="review")
    op.add_column("review_assignments", column)
