"""Alembic runs this file: it applies the steps on the connection that ``schema`` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from bot.adapters.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
