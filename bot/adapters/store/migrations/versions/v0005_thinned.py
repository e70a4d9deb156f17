"""What retention needs: which old windows are kept only as far as events may refer to them (see ``retention``)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the flag: what is stored already is whole."""
    op.add_column("snapshot", sa.Column("thinned", sa.Boolean(), nullable=False, server_default=sa.false()))
