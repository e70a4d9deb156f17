"""What restatements need: when a window was last asked for, what a day was judged by, and what readers believe.

Days that were judged before know no rules, so nothing is ever told about them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns, filled for what is stored already."""
    op.add_column("snapshot", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("watchlist_day", sa.Column("seen", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE watchlist_day SET seen = COALESCE((SELECT MAX(id) FROM snapshot), 0)")
    op.add_column("watchlist_day", sa.Column("policy", sa.Text(), nullable=False, server_default=""))
    op.add_column("event", _flag("late"))
    op.add_column("event", sa.Column("revised", sa.JSON(), nullable=True))
    op.add_column("delivery", sa.Column("thread", sa.Text(), nullable=False, server_default=""))
    op.add_column("settlement", _flag("retracted"))
    op.add_column("settlement", _flag("answered"))


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
