"""Real databases for the store's tests."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.contracts.store_contract", "tests.contracts.outbox_contract")
pytest.register_assert_rewrite("tests.contracts.history_contract", "tests.contracts.store_restatements")

from tests.databases import (  # noqa: E402 - asserts are rewritten first
    database_url,
    empty_postgres_url,
    migrated_postgres_url,
    postgres_server,
    postgres_url,
    sql_store,
    sqlite_url,
)

__all__ = [
    "database_url",
    "empty_postgres_url",
    "migrated_postgres_url",
    "postgres_server",
    "postgres_url",
    "sql_store",
    "sqlite_url",
]
