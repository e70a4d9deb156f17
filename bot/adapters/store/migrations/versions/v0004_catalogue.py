"""The catalogue of models: what each listing said from when to when, and the days on which it was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes both tables, empty: what was listed before is not known."""
    op.create_table(
        "listing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seen_from", sa.Date(), nullable=False),
        sa.Column("seen_to", sa.Date(), nullable=False),
        sa.Column("canonical_slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", sa.Date(), nullable=True),
        sa.Column("context_length", sa.BigInteger(), nullable=True),
        sa.Column("input_price", sa.Text(), nullable=True),
        sa.Column("output_price", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "seen_from", name="pk_listing"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listing_canonical_slug", "listing", ["canonical_slug"])
    op.create_table(
        "catalogue_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_catalogue_day"),
    )
