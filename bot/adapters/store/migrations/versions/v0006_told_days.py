"""Until which day a channel was told of each watchlist, so that what could not be judged is said once to each.

Of those that were told before it is not known; the last day that the channel was told stands in for it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the day, empty."""
    op.add_column("told_watchlist", sa.Column("day", sa.Date(), nullable=True))
